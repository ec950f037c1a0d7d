/** How many inputs are tried: RUNWIRE_RUNS tries more, RUNWIRE_SEED others. */
export function toAmount(bounded: number): number {
  return Number(process.env.RUNWIRE_RUNS ?? bounded);
}

export const firstSeed = Number(process.env.RUNWIRE_SEED ?? 1);
