/** A process: runwire over a SQLite file, with everything as it comes. Arguments: the page's folder, the file. */
import { createServer } from "node:http";
import { createRunwireServer } from "@runwire/server";
import { attachRunwire } from "@runwire/server/node";
import { createSqliteStore } from "@runwire/store/sqlite";
import { listen } from "./listen.ts";
import { servePage } from "./page-files.ts";

const [, , page = "", file = ""] = process.argv;
const store = createSqliteStore({ file, durability: "full" });
const runwire = createRunwireServer({ store, access: "open-to-everyone" });
const http = createServer(servePage(page));
attachRunwire(runwire, http, { path: "/runwire" });
listen(http);
