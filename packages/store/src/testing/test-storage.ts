import { afterEach, beforeEach } from "vitest";
import type { EventStore } from "../event-store.js";
import type { StoreEnvironment } from "../rows/store-options.js";

/** One place where events can be kept, empty at first: a file, a schema, a key prefix. */
export interface TestStorage {
  /** Opens a store on it, with the clock that the suite turns by hand. */
  open(environment: Required<Pick<StoreEnvironment, "clock">>): EventStore | Promise<EventStore>;
  /** Takes the storage away; every store on it is closed by then. */
  dispose?(): void | Promise<void>;
}

/** Makes the storage of one test. */
export type CreateTestStorage = () => TestStorage | Promise<TestStorage>;

/** What a test of the suite works with. */
export interface StoreTest {
  /** Opens the storage of this test, again too. */
  open(): Promise<EventStore>;
  /** By which every store of this test lives, milliseconds. */
  readonly clock: { now: number };
}

/** Makes a storage before each test, and takes it away with all stores on it. */
export function useStorage(createStorage: CreateTestStorage): StoreTest {
  const clock = { now: 0 };
  const opened: EventStore[] = [];
  let storage: TestStorage | undefined;
  beforeEach(async () => {
    clock.now = 1_750_000_000_000;
    storage = await createStorage();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
    await storage?.dispose?.();
  });
  return {
    clock,
    async open() {
      if (storage === undefined) throw new Error("a storage is there only while a test runs");
      const store = await storage.open({ clock: () => clock.now });
      opened.push(store);
      return store;
    },
  };
}
