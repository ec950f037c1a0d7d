/** A process: one client that asks the server for a sign of life again and again, whatever the others do. */
import { once } from "node:events";
import { setPriority } from "node:os";
import { SUBPROTOCOL } from "@runwire/protocol";
import { WebSocket } from "ws";
import { readArguments, serveParent } from "../../../chaos/src/crowd/desk.ts";
import { type Summary, summarize } from "../../../chaos/src/crowd/summary.ts";

/** What pings took, milliseconds. */
export interface PingFigures {
  readonly roundTrip: Summary;
  readonly unanswered: number;
  /** How late this process itself was: what of the round trips is not the server's. */
  readonly late: Summary;
}

/** As many as a client may send without end (20 a second). */
const everyMs = 60;

try {
  // What the pinger itself waits for a processor is not the server's; only root may.
  setPriority(-10);
} catch {
  // How late it was is told beside.
}
const { port } = readArguments<{ readonly port: number }>();
const socket = new WebSocket(`ws://127.0.0.1:${port}/runwire`, [SUBPROTOCOL], {
  localAddress: "127.0.200.1",
});
await once(socket, "open");
socket.send(JSON.stringify({ type: "hello", token: "canary" }));
await once(socket, "message");

const sentAt = new Map<number, number>();
let roundTrips: number[] = [];
let late: number[] = [];
let pings = 0;

socket.on("message", (data) => {
  const message = JSON.parse(data.toString()) as { readonly type: string; readonly at: number };
  const at = sentAt.get(message.at);
  if (message.type !== "pong" || at === undefined) return;
  sentAt.delete(message.at);
  roundTrips.push(performance.now() - at);
});

let dueAt = performance.now() + everyMs;
setTimeout(function ping() {
  const now = performance.now();
  late.push(now - dueAt);
  dueAt = Math.max(now, dueAt + everyMs);
  pings += 1;
  sentAt.set(pings, now);
  socket.send(JSON.stringify({ type: "ping", at: pings }));
  setTimeout(ping, dueAt - now);
}, everyMs);

const desk = {
  ready: () => true,
  isOpen: () => socket.readyState === WebSocket.OPEN,
  /** What was measured since the last time. */
  take(): PingFigures {
    const taken = {
      roundTrip: summarize(roundTrips),
      unanswered: sentAt.size,
      late: summarize(late),
    };
    roundTrips = [];
    late = [];
    return taken;
  },
};
export type CanaryDesk = typeof desk;
serveParent(desk);
