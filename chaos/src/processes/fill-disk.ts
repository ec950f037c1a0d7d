import { execFileSync, spawnSync } from "node:child_process";
import { RunwireError } from "@runwire/protocol";
import { type Outcome, pause, Stage } from "./stage.ts";

/** How large the server's files may become at first, KiB. */
const maxFileKib = 2_000;
const note = JSON.stringify({ type: "custom", name: "note", time: 1, data: "x".repeat(20_000) });

/** Why this machine cannot play it, or nothing. */
export function whyNoFullDisk(): string | undefined {
  if (process.platform !== "linux")
    return "only Linux lets one process change the limits of another";
  return spawnSync("prlimit", ["--version"]).status === 0 ? undefined : "there is no prlimit";
}

/** Lets the server's files not grow any more under load: writers wait, readers read, and all heals by itself. */
export async function fillDisk(): Promise<Outcome> {
  const stage = await Stage.open({ maxFileKib });
  try {
    stage.addFollower("ann");
    stage.addWorker("w1");
    await stage.untilAcknowledged(1);
    const client = stage.connect();
    const code = await untilRefused((id) =>
      client.publish({ channel: "filling", writer: "filler", id: `${id}`, events: [note] }),
    );
    // Whoever reads does not notice.
    const { head } = await client.fetch({ channel: "filling", after: 0, limit: 1 });
    execFileSync("prlimit", ["--pid", `${stage.server.pid}`, "--fsize=unlimited"]);
    await stage.untilAcknowledged(20);
    const anomalies = await stage.comeToRest();
    const figures = `full after ${head} large events (${code}), then ${stage.acknowledged} publishes acknowledged, ${anomalies.length} anomalies`;
    return { anomalies, figures };
  } finally {
    await stage.close();
  }
}

/** Publishes until the answer is that the store has no room; resolves to how it says so. */
async function untilRefused(publish: (id: number) => Promise<unknown>): Promise<string> {
  for (let id = 0; id < 1_000; id += 1) {
    try {
      await publish(id);
    } catch (error) {
      if (error instanceof RunwireError && error.code.startsWith("store_")) return error.code;
      throw error;
    }
    await pause(1);
  }
  throw new Error("the disk is never full");
}
