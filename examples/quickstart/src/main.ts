// A server, an agent and somebody who watches, in one process: node src/main.ts
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { research } from "./agent.ts";
import { connect, follow } from "./client.ts";
import { http, runwire, shutDown } from "./server.ts";

if (!http.listening) await once(http, "listening");
const { port } = http.address() as AddressInfo; // it listens on a port, so it has one
const { client, channel } = connect(`ws://127.0.0.1:${port}/runwire`);

const seenToItsEnd = new Promise<void>((resolve) => {
  follow(channel, (_state, events) => {
    for (const event of events) console.log(event.offset, event.type);
    if (events.at(-1)?.type === "agent_completed") resolve();
  });
});
const hits = await research(runwire, import.meta.dirname);
await seenToItsEnd;
console.log(`The agent found ${hits.length} TODOs.`);

await client.close();
await shutDown();
