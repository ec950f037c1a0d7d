/**
 * Welch's t: by how many standard errors the means of two samples differ. Chance makes it larger than 4.5 about once
 * in 150,000 times.
 */
export function welchT(one: readonly number[], other: readonly number[]): number {
  const [first, second] = [momentsOf(one), momentsOf(other)];
  const error = Math.sqrt(first.variance / one.length + second.variance / other.length);
  return (first.mean - second.mean) / error;
}

function momentsOf(values: readonly number[]): {
  readonly mean: number;
  readonly variance: number;
} {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1) };
}
