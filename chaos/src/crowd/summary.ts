/** Many measurements of one thing. */
export interface Summary {
  readonly count: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

export function summarize(values: readonly number[]): Summary {
  const ascending = Float64Array.from(values).sort();
  const at = (share: number) =>
    ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? Number.NaN;
  return { count: ascending.length, median: at(0.5), p99: at(0.99), max: at(1) };
}
