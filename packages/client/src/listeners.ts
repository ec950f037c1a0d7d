import { EventEmitter } from "eventemitter3";

/** Functions to call when something happens; what one of them throws concerns nobody else. */
export interface Listeners<Values extends unknown[]> {
  /** Returns an idempotent undo. The same function added twice is called twice. */
  add(listener: (...values: Values) => void): () => void;
  /** Calls those that were there when it began. */
  emit(...values: Values): void;
}

export function createListeners<Values extends unknown[]>(
  onFailure: (error: unknown) => void,
): Listeners<Values> {
  const emitter = new EventEmitter<{ call: (...values: unknown[]) => void }>();
  return {
    add(listener) {
      const guarded = (...values: unknown[]) => {
        try {
          // Only `emit` below calls it.
          listener(...(values as Values));
        } catch (error) {
          onFailure(error);
        }
      };
      emitter.on("call", guarded);
      return () => void emitter.off("call", guarded);
    },
    emit: (...values) => void emitter.emit("call", ...values),
  };
}
