import { createListeners } from "./listeners.js";

/** A value that others watch: they are told when one of its members has become another. */
export interface Watched<Value> {
  /** The same object until then. */
  get(): Value;
  set(next: Value): void;
  /** Returns an idempotent undo. */
  watch(listener: (value: Value) => void): () => void;
}

export function createWatched<Value extends object>(
  first: Value,
  onFailure: (error: unknown) => void,
): Watched<Value> {
  const listeners = createListeners<[Value]>(onFailure);
  let value = first;
  return {
    get: () => value,
    set(next) {
      // All keys of both, for either may lack one that the other has.
      const keys = Object.keys({ ...value, ...next }) as (keyof Value)[];
      if (keys.every((key) => value[key] === next[key])) return;
      value = next;
      listeners.emit(value);
    },
    watch: listeners.add,
  };
}
