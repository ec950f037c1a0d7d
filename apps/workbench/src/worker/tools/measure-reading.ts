import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { resolveInside } from "../files/confine.ts";
import type { Tool } from "./tool.ts";

export interface MeasureInput {
  readonly paths: readonly string[];
  /** How long to measure, seconds. */
  readonly seconds: number;
}

export interface ReadingSpeed {
  readonly readings: number;
  readonly bytesRead: bigint;
  /** Not a number where nothing could be read; so are the other two. */
  readonly medianMs: number;
  readonly slowestMs: number;
  readonly megabytesPerSecond: number;
}

const PAUSE_MS = 20;

/** Reads files over and over, and tells how fast that went. Slow on purpose: it measures. */
export const measureReading: Tool<MeasureInput, ReadingSpeed> = {
  name: "measure_reading",
  timeLimitMs: 120_000,
  async run({ paths, seconds }, { folder, signal, progress }) {
    const files = await Promise.all(paths.map((path) => resolveInside(folder, path)));
    const times: number[] = [];
    const startedAt = performance.now();
    let bytesRead = 0n;
    for (let spent = 0; spent < 1 && files.length > 0; ) {
      const file = files[times.length % files.length] ?? "";
      const from = performance.now();
      bytesRead += BigInt((await readFile(file, { signal })).length);
      times.push(performance.now() - from);
      await pause(PAUSE_MS, undefined, { signal }); // leaves the disk to others
      spent = Math.min(1, (performance.now() - startedAt) / (seconds * 1000));
      progress({ fraction: spent, message: `${times.length} readings` });
    }
    return toSpeed(times, bytesRead);
  },
};

function toSpeed(times: readonly number[], bytesRead: bigint): ReadingSpeed {
  const sorted = [...times].sort((one, other) => one - other);
  const seconds = times.reduce((sum, time) => sum + time, 0) / 1000;
  return {
    readings: times.length,
    bytesRead,
    medianMs: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    slowestMs: sorted.at(-1) ?? Number.NaN,
    megabytesPerSecond: Number(bytesRead) / 1e6 / seconds,
  };
}
