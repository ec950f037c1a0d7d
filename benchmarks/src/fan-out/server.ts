import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { createRunwireServer } from "@runwire/server";
import { attachRunwire } from "@runwire/server/node";
import { createMemoryStore } from "@runwire/store";
import { Server as SocketIo } from "socket.io";
import { WebSocketServer } from "ws";
import { createEvent, type ScenarioName, type ServerName, scenarios } from "./scenarios.ts";

/** One measured run in a process of its own: hands out events to many sockets and tells what processor time it took. */
const [name, scenarioName, count] = [
  // The parent passes names of the tables.
  process.argv[2] as ServerName,
  process.argv[3] as ScenarioName,
  Number(process.argv[4]),
];
const scenario = scenarios[scenarioName];
const warmUpTurns = 300;
const mostInFlight = 32;

type Event = ReturnType<typeof createEvent>;
/** Hands out the events of one turn; answers how many frames each socket gets. */
type Publish = (events: readonly Event[]) => Promise<number> | number;

const http = createServer();

const create: Readonly<Record<ServerName, () => Publish | Promise<Publish>>> = {
  async runwire() {
    // The window is for deltas; here every turn is to be a frame, as it is for the others.
    const batch = { windowMs: 0, minWindowMs: 0 };
    const store = createMemoryStore();
    const runwire = createRunwireServer({ store, batch, access: "open-to-everyone" });
    attachRunwire(runwire, http);
    let id = 0;
    const own = { channel: "c", writer: "bench" };
    const start = { type: "agent_started", runId: "run_5f3a9c1e7b2d4f60", time: 1 };
    const first = JSON.stringify({ ...start, agent: { name: "bench" } });
    await runwire.publish({ ...own, id: "start", events: [first] });
    return async (events) => {
      id += 1;
      const texts = events.map((event) => JSON.stringify(event));
      await runwire.publish({ ...own, id: `${id}`, events: texts });
      return 1;
    };
  },
  ws() {
    const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
    return (events) => {
      for (const event of events) {
        const bytes = Buffer.from(JSON.stringify(event));
        for (const socket of sockets.clients) socket.send(bytes, { binary: false });
      }
      return events.length;
    };
  },
  "ws-batch"() {
    const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
    return (events) => {
      const bytes = Buffer.from(JSON.stringify(events));
      for (const socket of sockets.clients) socket.send(bytes, { binary: false });
      return 1;
    };
  },
  "socket.io"() {
    const io = new SocketIo(http, { transports: ["websocket"], perMessageDeflate: false });
    return (events) => {
      for (const event of events) io.emit("event", event);
      return events.length;
    };
  },
  "socket.io-batch"() {
    const io = new SocketIo(http, { transports: ["websocket"], perMessageDeflate: false });
    return (events) => {
      io.emit("events", events);
      return 1;
    };
  },
};

let acknowledged = 0;
let onAcknowledged = () => {};
const until = (frames: number) =>
  new Promise<void>((resolve) => {
    onAcknowledged = () => acknowledged >= frames && resolve();
    onAcknowledged();
  });

let sent = 0;
let published = 0;
async function run(publish: Publish, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    const events = Array.from({ length: scenario.eventsPerTurn }, () =>
      createEvent(published++, scenario),
    );
    sent += await publish(events);
    await new Promise((resolve) => setImmediate(resolve));
    if (sent - acknowledged > mostInFlight) await until(sent - mostInFlight);
  }
  await until(sent);
}

const publish = await create[name]();
http.listen(0, "127.0.0.1");
await once(http, "listening");
// A TCP server that listens has an address with a port.
const { port } = http.address() as AddressInfo;
const script = fileURLToPath(new URL("load-client.ts", import.meta.url));
const client = fork(script, [name, `${port}`, `${count}`]);
await once(client, "message");
client.on("message", (frames) => {
  acknowledged = Number(frames);
  onAcknowledged();
});
await run(publish, warmUpTurns);
const before = process.cpuUsage();
await run(publish, scenario.turns);
const { user, system } = process.cpuUsage(before);
process.send?.((user + system) / 1e6);
client.kill();
process.exit(0);
