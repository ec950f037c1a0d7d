// The server's process: node src/server.ts [FILE] [PORT]. It knows the log and the people, and runs no agent.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRunwireServer } from "@runwire/server";
import { attachRunwire } from "@runwire/server/node";
import { createSqliteStore } from "@runwire/store/sqlite";

const users = new Map([
  ["token-of-the-worker", { id: "worker", mayWrite: true }],
  ["token-of-ann", { id: "ann", mayWrite: false }],
]);

const [file = "runs.db", port = "3000"] = process.argv.slice(2);
const store = createSqliteStore({ file });
const runwire = createRunwireServer({
  store,
  authenticate: ({ token = "" }) => users.get(token) ?? null,
  authorize: ({ user, action }) => user.mayWrite || action === "subscribe" || action === "command",
});
const http = createServer();
attachRunwire(runwire, http);
http.listen(Number(port), "127.0.0.1", () => {
  const address = http.address() as AddressInfo; // it listens on a port
  console.log(`ws://127.0.0.1:${address.port}/runwire`);
});

process.once("SIGTERM", async () => {
  await runwire.close();
  http.close();
  await store.close();
});
