import type { ChannelState } from "@runwire/protocol";

/**
 * Puts what is older under a state: what both have is the state's, and the runs stand in the order of
 * `firsts`, the offsets of their `agent_started`.
 */
export function mergeOlder(
  state: ChannelState,
  older: ChannelState,
  firsts: ReadonlyMap<string, number>,
): ChannelState {
  const runs = { ...older.runs, ...state.runs };
  const firstOf = (runId: string) => firsts.get(runId) ?? 0;
  const order = Object.keys(runs).sort((one, other) => firstOf(one) - firstOf(other));
  const names = Object.keys({ ...older.keyed, ...state.keyed });
  // Defined, not assigned: a name may be `__proto__`.
  const keyed = Object.fromEntries(
    names.map((name) => [name, { ...older.keyed[name], ...state.keyed[name] }]),
  );
  return { ...state, runs, order, keyed, custom: [...older.custom, ...state.custom] };
}
