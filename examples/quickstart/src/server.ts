// #region server
import { createServer } from "node:http";
import { createRunwireServer } from "@runwire/server";
import { attachRunwire } from "@runwire/server/node";
import { createSqliteStore } from "@runwire/store/sqlite";
import { mayUse, userOf } from "./users.ts";

export const store = createSqliteStore({ file: process.env.RUNS_FILE ?? "runs.db" });
export const runwire = createRunwireServer({
  store,
  authenticate: ({ token }) => userOf(token), // { id, … }, or null: not let in
  authorize: ({ user, channel }) => mayUse(user, channel), // asked before anybody sees or writes anything
});

export const http = createServer((_request, response) => response.end("your application"));
attachRunwire(runwire, http, { path: "/runwire" }); // takes this path, and nothing else
http.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
// #endregion

/** Whoever opens closes: the clients are told when to come back, and the file is closed last. */
export async function shutDown(): Promise<void> {
  await runwire.close();
  http.close();
  await store.close();
}
