/** Holes up to this many in a row are written as `undefined` each; a longer run is summarised. */
const mostHoles = 100;

/**
 * The length of the long run of holes that begins at `index`; 0 where there is none.
 *
 * Asks for the keys, which cost what the array really holds: `new Array(1e9)` has none.
 */
export type HoleFinder = (index: number) => number;

/** Reads the array's keys at the first hole, and walks along them from then on. */
export function createHoleFinder(array: readonly unknown[], length: number): HoleFinder {
  let present: readonly string[] | undefined;
  let at = 0;
  return (index) => {
    if (index in array) return 0;
    present ??= Object.keys(array);
    while (Number(present[at]) <= index) at++;
    const next = Math.min(Number(present[at] ?? length), length);
    // A key that is no index (NaN) comes after all indexes.
    const holes = (Number.isNaN(next) ? length : next) - index;
    return holes > mostHoles ? holes : 0;
  };
}
