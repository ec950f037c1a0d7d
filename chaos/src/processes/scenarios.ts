import { exitAfterEnd } from "./exit-after-end.ts";
import { fillDisk, whyNoFullDisk } from "./fill-disk.ts";
import { drainServer, killServer } from "./kill-server.ts";
import type { Outcome } from "./stage.ts";
import { stopServer } from "./stop-server.ts";

/** How much of each. */
export interface Amounts {
  readonly seed: number;
  readonly kills: number;
  readonly exits: number;
}

/** What is done to processes, by its name. */
export const scenarios: {
  readonly [name: string]: (amounts: Amounts) => Promise<Outcome | { readonly skipped: string }>;
} = {
  "kill -9 of the server under load": ({ kills, seed }) => killServer(kills, seed),
  "exit in the line after the end": ({ exits }) => exitAfterEnd(exits),
  "SIGSTOP of the server for longer than a lease": () => stopServer(),
  "SIGTERM of the server under load": () => drainServer(),
  "a disk that is full": async () => {
    const skipped = whyNoFullDisk();
    return skipped === undefined ? fillDisk() : { skipped };
  },
};
