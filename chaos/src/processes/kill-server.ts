import { createRandom } from "../application/random.ts";
import { type Outcome, pause, Stage } from "./stage.ts";

/** Kills the server under load so often: nothing that was acknowledged may be lost, and nothing come twice. */
export async function killServer(kills: number, seed: number): Promise<Outcome> {
  const random = createRandom(seed);
  const stage = await Stage.open();
  try {
    stage.addFollower("ann");
    stage.addFollower("bob");
    for (const name of ["w1", "w2"]) stage.addWorker(name);
    for (let kill = 0; kill < kills; kill += 1) {
      await stage.untilAcknowledged(1);
      await pause(random() * 60);
      await stage.server.end("SIGKILL");
      await stage.server.start();
    }
    const anomalies = await stage.comeToRest();
    return { anomalies, figures: `${kills} kills, ${toFigures(stage, anomalies)}` };
  } finally {
    await stage.close();
  }
}

/** Asks the server to leave under load: it ends with 0, and who comes back goes on where it was. */
export async function drainServer(): Promise<Outcome> {
  const stage = await Stage.open();
  try {
    for (let nth = 0; nth < 5; nth += 1) stage.addFollower(`u${nth}`);
    stage.addWorker("w1");
    await stage.untilAcknowledged(20);
    const startedAt = performance.now();
    const code = await stage.server.end("SIGTERM");
    const tookMs = Math.round(performance.now() - startedAt);
    await stage.server.start();
    await stage.untilAcknowledged(5);
    const anomalies = await stage.comeToRest();
    const isWrong = code !== 0 || tookMs > 5_000;
    const told = `drained in ${tookMs} ms with ${code}, ${toFigures(stage, anomalies)}`;
    return {
      anomalies: isWrong ? [...anomalies, { name: "unclean-end", detail: told }] : anomalies,
      figures: told,
    };
  } finally {
    await stage.close();
  }
}

function toFigures({ history, acknowledged }: Stage, { length }: Outcome["anomalies"]): string {
  const events = history.findLast((entry) => entry.type === "log")?.events.length ?? 0;
  return `${acknowledged} publishes acknowledged, ${events} events, ${length} anomalies`;
}
