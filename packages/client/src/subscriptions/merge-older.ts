import type { ChannelState } from "@runwire/protocol";

type Keyed = { [name: string]: ChannelState["keyed"][string] };

/**
 * Puts what is older under a state: what both have is the state's, and the runs stand in the order of
 * `firsts`, the offsets of their `agent_started`.
 */
export function mergeOlder(
  state: ChannelState,
  older: ChannelState,
  firsts: ReadonlyMap<string, number>,
): ChannelState {
  const runs = join(older.runs, state.runs);
  const firstOf = (runId: string) => firsts.get(runId) ?? 0;
  const order = Object.keys(runs).sort((one, other) => firstOf(one) - firstOf(other));
  const names = Object.keys(join(older.keyed, state.keyed));
  const keyed: Keyed = Object.create(null);
  for (const name of names) keyed[name] = join(older.keyed[name], state.keyed[name]);
  return { ...state, runs, order, keyed, custom: [...older.custom, ...state.custom] };
}

/** As records of the fold it has no prototype: a run or a name may be called `__proto__` or `constructor`. */
function join<Value>(
  one: { readonly [key: string]: Value } | undefined,
  other: { readonly [key: string]: Value } | undefined,
): { [key: string]: Value } {
  return Object.assign(Object.create(null), one, other);
}
