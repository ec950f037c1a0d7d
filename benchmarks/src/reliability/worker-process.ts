/** A process: an agent worker that writes its runs through a client. */
import { createRunwireClient } from "@runwire/client";
import { readArguments, serveParent } from "../../../chaos/src/crowd/desk.ts";
import { type RunLoad, writeRuns } from "./write-runs.ts";

const { port } = readArguments<{ readonly port: number }>();
const client = createRunwireClient({ url: `ws://127.0.0.1:${port}/runwire`, token: "worker" });
let stopRuns: (() => Promise<number>) | undefined;

const desk = {
  ready: () => true,
  startRuns(load: RunLoad): void {
    stopRuns = writeRuns(client, load);
  },
  async stopRuns(): Promise<number> {
    const count = (await stopRuns?.()) ?? 0;
    await client.close();
    return count;
  },
};
export type WorkerDesk = typeof desk;
serveParent(desk);
