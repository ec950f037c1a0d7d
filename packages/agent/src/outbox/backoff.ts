const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5_000;

/**
 * How long to wait before the publish is tried again: 250 ms, doubling to 5 s, of which the random part
 * (0 to 1) takes away up to half, so that many writers do not come back at once.
 */
export function decideRetryDelay(failures: number, random: number): number {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
  return Math.round(longest * (1 - random / 2));
}
