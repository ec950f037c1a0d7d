import { exitAfterEnd } from "./exit-after-end.ts";
import { fillDisk, whyNoFullDisk } from "./fill-disk.ts";
import { drainServer, killServer } from "./kill-server.ts";
import type { Outcome } from "./stage.ts";
import { stopServer } from "./stop-server.ts";
import { type StormOptions, storm } from "./storm.ts";

/** How much of each. */
interface Amounts {
  readonly seed: number;
  readonly kills: number;
  readonly exits: number;
  readonly storm: StormOptions;
}

/** Something that is done to processes. */
export interface Scenario {
  /** The option that says how much of it. */
  readonly option?: "kills" | "exits" | "storm";
  play(amounts: Amounts): Promise<Outcome | { readonly skipped: string }>;
}

/** All of them, by their names. */
export const scenarios: { readonly [name: string]: Scenario } = {
  "kill -9 of the server under load": {
    option: "kills",
    play: ({ kills, seed }) => killServer(kills, seed),
  },
  "exit in the line after the end": {
    option: "exits",
    play: ({ exits }) => exitAfterEnd(exits),
  },
  "SIGSTOP of the server for longer than a lease": { play: () => stopServer() },
  "SIGTERM of the server under load": { play: () => drainServer() },
  "a disk that is full": {
    async play() {
      const skipped = whyNoFullDisk();
      return skipped === undefined ? fillDisk() : { skipped };
    },
  },
  "a storm of clients": { option: "storm", play: (amounts) => storm(amounts.storm) },
};
