import { percentile } from "./latencies.ts";
import type { RunResult } from "./measure-run.ts";

/** The events as the agent wrote them, before anything is joined. */
export interface WrittenEvents {
  readonly count: number;
  /** Of their JSON. */
  readonly bytes: number;
}

export interface Column {
  readonly title: string;
  readonly results: readonly RunResult[];
}

type Figure = readonly [
  title: string,
  of: (result: RunResult) => number | undefined,
  format: (value: number) => string,
];

/** A table in Markdown: the median of all repetitions, and the least and the most where they differ. */
export function toReport(written: WrittenEvents, columns: readonly Column[]): string {
  const head = ["", ...columns.map(({ title }) => title)];
  const rows = figuresOf(written).map(([title, of, format]) => [
    title,
    ...columns.map(({ results }) => toCell(results.map(of), format)),
  ]);
  return [head, head.map((_, index) => (index === 0 ? "---" : "---:")), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

function figuresOf({ count, bytes }: WrittenEvents): readonly Figure[] {
  return [
    ["events as written", () => count, toCount],
    ["events in the log", ({ wire }) => wire.logEvents, toCount],
    ["frames to the page", ({ wire }) => wire.frames, toCount],
    ["bytes to the page", ({ wire }) => wire.bytes, toCount],
    ["… of the events' JSON", ({ wire }) => wire.bytes / bytes, (value) => value.toFixed(2)],
    ["text to the screen: p50, ms", ({ deltas }) => percentile(deltas, 0.5), toMs],
    ["… p99, ms", ({ deltas }) => percentile(deltas, 0.99), toMs],
    ["… max, ms", ({ deltas }) => percentile(deltas, 1), toMs],
    ["tools and end to the screen: p50, ms", ({ important }) => percentile(important, 0.5), toMs],
    ["… p99, ms", ({ important }) => percentile(important, 0.99), toMs],
    ["… max, ms", ({ important }) => percentile(important, 1), toMs],
    ["first call to last on screen, ms", ({ durationMs }) => durationMs, toCount],
    ["longest pause of an idle process, ms", ({ pauseMs }) => pauseMs, toMs],
    ["events/s end to end", ({ durationMs }) => (count / durationMs) * 1000, toCount],
  ];
}

function toCell(
  values: readonly (number | undefined)[],
  format: (value: number) => string,
): string {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return "–";
  const [median, least, most] = [0.5, 0, 1].map((share) => format(percentile(known, share)));
  return least === most ? `${median}` : `${median} (${least} … ${most})`;
}

function toCount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function toMs(value: number): string {
  return value.toFixed(1);
}
