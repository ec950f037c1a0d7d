/** A process: writes the run through a client, as anybody's worker does. Arguments: the server's port, the pace. */
import { startRun } from "@runwire/agent";
import { createRunwireClient } from "@runwire/client";
import { channelName } from "./names.ts";
import type { Pace } from "./pacer.ts";
import { playScript } from "./play-script.ts";
import { createWallClock } from "./wall-clock.ts";

const [, , port = "", pace = ""] = process.argv;
const client = createRunwireClient({ url: `ws://127.0.0.1:${port}/runwire` });
await new Promise<void>((resolve) => {
  client.onStatus(({ status }) => status === "connected" && resolve());
  client.reconnect();
});
const written = await playScript(
  () => startRun(client, { channel: channelName, agent: { name: "benchmark" } }),
  // The benchmark gave it.
  pace as Pace,
  createWallClock(),
);
process.send?.(written, () => process.disconnect());
await client.close();
