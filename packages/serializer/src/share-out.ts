/**
 * Shares `room` out among members that want `wants` bytes each: the most that any one may have, such
 * that all together fit. Who wants less leaves the rest to the others.
 */
export function shareOut(wants: readonly number[], room: number): number {
  const ascending = wants.toSorted((one, other) => one - other);
  let left = room;
  for (const [index, want] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index));
    if (want > share) return share;
    left -= want;
  }
  return Number.POSITIVE_INFINITY;
}
