/**
 * Compares ways of doing the same thing on a machine that does other things too.
 *
 *   round 1: A B C   round 2: B C A   round 3: C A B   …
 *
 * Every round runs every candidate for the same time, so that a busy moment hits all of them; the
 * ratio is taken inside each round, and its median is what counts. The clock is the processor's time of
 * this process: what others do meanwhile hardly shows.
 */
export interface Candidate {
  readonly name: string;
  /** Does it once; what it gives back is kept, so that no engine skips the work. */
  readonly run: () => unknown;
}

export interface CompareOptions {
  /** Rounds that count. @default 15 */
  readonly rounds?: number;
  /** Rounds before them that do not. @default 3 */
  readonly warmUpRounds?: number;
  /** Processor time that each candidate gets in each round. @default 50 */
  readonly roundMs?: number;
}

export interface Measurement {
  readonly name: string;
  /** Times per second, round by round. */
  readonly rates: readonly number[];
  /** Times per second: median, least and most of all rounds. */
  readonly perSecond: Spread;
  /** The same divided by the first candidate's of the same round. */
  readonly ratio: Spread;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Measures the candidates in turn; the first one is the base of all ratios. */
export function compare(
  candidates: readonly Candidate[],
  { rounds = 15, warmUpRounds = 3, roundMs = 50 }: CompareOptions = {},
): readonly Measurement[] {
  const rates = candidates.map((): number[] => []);
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    for (const index of turnsOf(round, candidates.length)) {
      const rate = measureRate(at(candidates, index), roundMs);
      if (round >= warmUpRounds) at(rates, index).push(rate);
    }
  }
  const base = at(rates, 0);
  return candidates.map(({ name }, index) => ({
    name,
    rates: at(rates, index),
    perSecond: spreadOf(at(rates, index)),
    ratio: spreadOf(at(rates, index).map((rate, round) => rate / at(base, round))),
  }));
}

/** The ratio between two candidates of one comparison, taken in each round. */
export function ratioBetween(
  measurements: readonly Measurement[],
  name: string,
  other: string,
): Spread {
  const { rates } = find(measurements, other);
  return spreadOf(find(measurements, name).rates.map((rate, round) => rate / at(rates, round)));
}

/** A table for the terminal, in Markdown. */
export function toTable(title: string, measurements: readonly Measurement[]): string {
  const base = at(measurements, 0).name;
  const rows = measurements.map(({ name, perSecond, ratio }) => [
    name,
    count(perSecond.median),
    `${count(perSecond.min)} … ${count(perSecond.max)}`,
    ratio.median.toFixed(2),
    `${ratio.min.toFixed(2)} … ${ratio.max.toFixed(2)}`,
  ]);
  const head = [title, "per second", "spread", `of ${base}`, "spread"];
  return formatRows([head, head.map(() => "---"), ...rows]);
}

function formatRows(rows: readonly (readonly string[])[]): string {
  const widths = at(rows, 0).map((_, column) =>
    Math.max(...rows.map((row) => at(row, column).length)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(at(widths, column))).join(" | ")} |`;
  return rows.map(line).join("\n");
}

/** Nobody always comes first. */
function turnsOf(round: number, length: number): readonly number[] {
  return Array.from({ length }, (_, index) => (index + round) % length);
}

/** Holds the last result: what is kept must be done. */
const kept: { result?: unknown } = {};

function measureRate({ run }: Candidate, roundMs: number): number {
  const batch = sizeBatch(run);
  const start = cpuMs();
  let done = 0;
  let elapsed = 0;
  while (elapsed < roundMs) {
    for (let index = 0; index < batch; index++) kept.result = run();
    done += batch;
    elapsed = cpuMs() - start;
  }
  return (done / elapsed) * 1000;
}

/** Processor time of this process, collecting its garbage included. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** As many runs as take about a millisecond: the clock is not what is measured. */
function sizeBatch(run: () => unknown): number {
  const start = performance.now();
  for (let batch = 1; ; batch *= 2) {
    for (let index = 0; index < batch; index++) kept.result = run();
    if (performance.now() - start > 1) return batch;
  }
}

export function spreadOf(values: readonly number[]): Spread {
  const ascending = values.toSorted((one, other) => one - other);
  return {
    median: at(ascending, Math.floor(ascending.length / 2)),
    min: at(ascending, 0),
    max: at(ascending, ascending.length - 1),
  };
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function find(measurements: readonly Measurement[], name: string): Measurement {
  const found = measurements.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`nothing was measured under the name ${name}`);
  return found;
}

function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new RangeError(`there is no ${index} among ${values.length}`);
  return value;
}
