/**
 * Milliseconds since 1970 with fractions, the same in every process of one machine.
 *
 * `performance.timeOrigin` is not: a browser takes it once when it starts, and drifts away from `Date.now()`.
 * So the moment at which `Date.now()` ticks is looked for; of several tries the one counts that was least
 * interrupted between the two clocks.
 */
export function createWallClock(): () => number {
  const offset = Math.max(...Array.from({ length: 5 }, measureOffset));
  return () => offset + performance.now();
}

function measureOffset(): number {
  const before = Date.now();
  let tick = before;
  while (tick === before) tick = Date.now();
  return tick - performance.now();
}
