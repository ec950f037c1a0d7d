import { startRun } from "@runwire/agent";
import { channel } from "../application/recording-store.ts";
import { type Outcome, pause, Stage } from "./stage.ts";

/** The shortest lease that there is. */
const leaseMs = 5_000;

/** Stops the server for longer than a run's lease: when it goes on, the run does too. */
export async function stopServer(): Promise<Outcome> {
  const stage = await Stage.open();
  try {
    const watching = stage.connect().channel(channel);
    watching.subscribe(() => {});
    const options = { channel, agent: { name: "patient" }, leaseMs };
    const run = await startRun(stage.connect(), options);
    await run.say("before ");
    stage.server.signal("SIGSTOP");
    await pause(leaseMs + 1_500);
    stage.server.signal("SIGCONT");
    await run.say("after");
    // Long enough for a lease that is taken for lapsed to be found.
    await pause(1_500);
    await run.complete();
    const until = performance.now() + 10_000;
    const status = () => watching.snapshot().state.runs[run.runId]?.status;
    while (status() === "running" && performance.now() < until) await pause(20);
    const figures = `stopped for ${leaseMs + 1_500} ms, the run ends as ${status()}`;
    if (status() === "success") return { anomalies: [], figures };
    return { anomalies: [{ name: "ended-run", detail: figures }], figures };
  } catch (error) {
    const figures = `the run was lost: ${String(error)}`;
    return { anomalies: [{ name: "ended-run", detail: figures }], figures };
  } finally {
    await stage.close();
  }
}
