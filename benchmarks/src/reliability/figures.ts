/** Numbers of many measurements, and how they are shown. */

/** A point of something that is measured again and again. */
export interface Sample {
  readonly atHours: number;
  readonly value: number;
}

/** How much more there is each hour: least squares. */
export function slopePerHour(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [meanAt, meanValue] = [mean(({ atHours }) => atHours), mean(({ value }) => value)];
  const spread = mean(({ atHours }) => (atHours - meanAt) ** 2);
  return mean(({ atHours, value }) => (atHours - meanAt) * (value - meanValue)) / spread;
}

/** The middle one, and the least and the most where there are several. */
export function showSpread(values: readonly number[], digits = 0): string {
  const ascending = values.toSorted((one, other) => one - other);
  const [median, least, most] = [
    ascending[Math.floor((ascending.length - 1) / 2)],
    ascending[0],
    ascending.at(-1),
  ];
  const show = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(digits));
  return ascending.length > 1 ? `${show(median)} (${show(least)} … ${show(most)})` : show(median);
}

/** A goal, what was measured, and whether that is good enough. */
export interface Verdict {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  readonly isMet: boolean;
}

/** A table in Markdown. */
export function printVerdicts(verdicts: readonly Verdict[]): void {
  console.log("| | goal | measured | |\n|---|---|---|---|");
  for (const { what, goal, measured, isMet } of verdicts)
    console.log(`| ${what} | ${goal} | ${measured} | ${isMet ? "met" : "MISSED"} |`);
  console.log("");
}

/** What else was seen. */
export function printNotes(notes: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(notes)) console.log(`- ${name}: ${value}`);
  console.log("");
}
