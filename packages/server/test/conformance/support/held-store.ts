import { createMemoryStore, type EventStore } from "@runwire/store";
import { gate } from "./gate.ts";

export interface HeldStore {
  readonly store: EventStore;
  /** Ids of the appends that were begun. */
  readonly begun: string[];
  /** From now on appends wait in front of the storage. */
  hold(): void;
  /** Lets them go on, and all that come later. */
  release(): void;
}

/** A store whose storage is slow for as long as a test wants. */
export function createHeldStore(): HeldStore {
  const store = createMemoryStore();
  const begun: string[] = [];
  let current = gate();
  current.open();
  const append: EventStore["append"] = async (request) => {
    begun.push(request.id);
    await current.pass;
    return store.append(request);
  };
  // The store's other methods stay its own: they need its `this`.
  const held = new Proxy(store, {
    get: (target, name) => {
      if (name === "append") return append;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return {
    store: held,
    begun,
    hold: () => {
      current = gate();
    },
    release: () => current.open(),
  };
}
