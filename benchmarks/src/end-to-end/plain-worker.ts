/** A process: writes the run as one JSON text for each event. Arguments: the server's port, the pace. */
import { once } from "node:events";
import { WebSocket } from "ws";
import type { Pace } from "./pacer.ts";
import { createPlainRun } from "./plain-run.ts";
import { playScript } from "./play-script.ts";
import { createWallClock } from "./wall-clock.ts";

const [, , port = "", pace = ""] = process.argv;
const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
await once(socket, "open");
const written = await playScript(
  async () => createPlainRun(crypto.randomUUID(), (json) => socket.send(json)),
  // The benchmark gave it.
  pace as Pace,
  createWallClock(),
);
process.send?.(written, () => process.disconnect());
socket.close();
