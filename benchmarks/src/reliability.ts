import { availableParallelism } from "node:os";
import process from "node:process";
import { answerTime } from "./reliability/answer-time.ts";
import { drain } from "./reliability/drain.ts";
import { greedyPublisher } from "./reliability/greedy-publisher.ts";
import { held } from "./reliability/held.ts";
import { readSettings, type Settings } from "./reliability/settings.ts";
import { slowReaders } from "./reliability/slow-readers.ts";
import { soak } from "./reliability/soak.ts";
import { storm } from "./reliability/storm.ts";

/**
 * What 10,000 clients do to a server, and whether the goals of `docs/reliability.md` are met. The server, the clients
 * and whoever writes are processes of their own, over loopback:
 *
 *     pnpm bench reliability                    all but the soak, about ten minutes
 *     pnpm bench reliability storm drain
 *     pnpm bench reliability soak --minutes=60
 *     pnpm bench reliability storm --clients=2000 --rounds=1
 *
 * Linux only: memory and descriptors are read from /proc. Needs `ulimit -n` above twice the number of clients.
 */
const programs: Readonly<Record<string, (settings: Settings) => Promise<void>>> = {
  held,
  storm,
  "slow-readers": slowReaders,
  "greedy-publisher": greedyPublisher,
  "answer-time": answerTime,
  drain,
  soak,
};
const short = ["held", "storm", "slow-readers", "greedy-publisher", "answer-time", "drain"];

const { names, settings } = readSettings(process.argv.slice(3));
const unknown = names.filter((name) => !Object.hasOwn(programs, name));
if (unknown.length > 0)
  throw new RangeError(
    `there is no ${unknown.join(", ")}; there are ${Object.keys(programs).join(", ")}`,
  );
console.log(`Node ${process.version}, ${availableParallelism()} cores, ${process.platform}\n`);
for (const name of names.length > 0 ? names : short) {
  console.log(`### ${name}\n`);
  await programs[name]?.(settings);
}
