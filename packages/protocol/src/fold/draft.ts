import type { ChannelState, RunState } from "./channel-state.js";

type Writable<Value> = { -readonly [Field in keyof Value]: Value[Field] };

/** A channel on its way to its next state; whatever stands in `copies` was made for it and may be written to. */
export interface Draft {
  readonly state: Writable<ChannelState>;
  readonly copies: Set<object>;
}

/** `list` itself when it was made for this draft, else a copy of it. */
export function ownList<Item>(draft: Draft, list: readonly Item[]): Item[] {
  return own(draft, list, () => list.slice());
}

/** As {@link ownList}. A copy has no prototype, so that a key like `__proto__` is a key like any other. */
export function ownRecord<Value>(
  draft: Draft,
  record: { readonly [key: string]: Value },
): { [key: string]: Value } {
  return own(draft, record, () => Object.assign(Object.create(null), record));
}

/** Replaces a run, in the draft's own record of runs. */
export function setRun(draft: Draft, run: RunState): void {
  draft.state.runs = ownRecord(draft, draft.state.runs);
  // The record was made for this draft by the line before.
  (draft.state.runs as { [runId: string]: RunState })[run.runId] = run;
}

/** What `record` holds under `key`, and nothing that it inherits. */
export function getOwn<Value>(
  record: { readonly [key: string]: Value },
  key: string,
): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function own<Value extends object>(draft: Draft, value: object, copy: () => Value): Value {
  // What stands in `copies` came out of the same `copy`, and nothing else is put there.
  if (draft.copies.has(value)) return value as Value;
  const made = copy();
  draft.copies.add(made);
  return made;
}
