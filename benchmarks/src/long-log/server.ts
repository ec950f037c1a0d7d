import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { createRunwireServer } from "@runwire/server";
import { attachRunwire } from "@runwire/server/node";
import { createSqliteStore } from "@runwire/store/sqlite";

/** A server over the file that is named, which says how it is when its parent asks: see `Answer`. */
export interface Answer {
  /** Of the heap and beside it, bytes: the most since the question before, and what is left when it is cleaned. */
  readonly peakBytes: number;
  readonly keptBytes: number;
  readonly pageReads: number;
  /** Processor time since the start, milliseconds. */
  readonly cpuMs: number;
}

const file = process.argv[2] ?? "";
const store = createSqliteStore({ file });
const runwire = createRunwireServer({
  store,
  access: "open-to-everyone",
  limits: { maxUnwelcomedPerAddress: 1_000 },
});
const http = createServer();
attachRunwire(runwire, http);

/** Whether garbage is to be left out of what is measured; it takes time, so the times do not count then. */
const isCollected = process.argv[3] === "collected";
const usedBytes = () => {
  if (isCollected) globalThis.gc?.({ type: "minor" });
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
let peakBytes = 0;
// A page takes longer than that, so every one is seen.
setInterval(() => {
  peakBytes = Math.max(peakBytes, usedBytes());
}, 1).unref();

process.on("message", () => {
  // Known: the parent starts this process with --expose-gc.
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const answer: Answer = {
    ...{ peakBytes, keptBytes: usedBytes(), pageReads: runwire.stats().pageReads },
    cpuMs: (user + system) / 1_000,
  };
  peakBytes = 0;
  process.send?.(answer);
});
process.on("disconnect", () => process.exit(0));

http.listen(0, "127.0.0.1", () => {
  process.send?.((http.address() as AddressInfo).port);
});
