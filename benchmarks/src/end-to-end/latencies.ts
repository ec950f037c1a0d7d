import type { Screen, Shown, Written } from "./marks.ts";

/** Milliseconds from writing something until it stood on the screen. */
export interface Latencies {
  readonly deltas: readonly number[];
  /** The starts and ends of tools, and the end of the run. */
  readonly important: readonly number[];
}

/** @throws RangeError where the page never showed something */
export function measureLatencies(written: Written, screens: readonly Screen[]): Latencies {
  const since = (at: number, isShown: (shown: Shown) => boolean) => seenAt(screens, isShown) - at;
  return {
    deltas: written.deltas.map(({ at, textLength }) =>
      since(at, (shown) => shown.textLength >= textLength),
    ),
    important: [
      ...written.toolStarts.map((at, index) => since(at, (shown) => shown.toolsStarted > index)),
      ...written.toolEnds.map((at, index) => since(at, (shown) => shown.toolsEnded > index)),
      since(written.endedAt, (shown) => shown.hasEnded),
    ],
  };
}

function seenAt(screens: readonly Screen[], isShown: (shown: Shown) => boolean): number {
  const screen = screens.find(isShown);
  if (!screen) throw new RangeError("the page never showed all that was written");
  return screen.at;
}

/** The value that `share` (0 to 1) of all are not above. */
export function percentile(values: readonly number[], share: number): number {
  const ascending = values.toSorted((one, other) => one - other);
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? Number.NaN;
}
