import { createMemoryStore, type EventStore } from "@runwire/store";
import { expect, test } from "vitest";
import { createFaultProxy, createTestServer } from "../../src/index.ts";
import { followThrough } from "./follow-through.ts";

/** How many of the connections cut at these bytes did not end exact, over a server on `store`. */
async function countFailures(store: EventStore): Promise<number> {
  const batch = { windowMs: 0, minWindowMs: 0 };
  await using runwire = await createTestServer({ store, batch });
  let failures = 0;
  for (let byte = 0; byte < 1_500; byte += 25) {
    const plan = (connection: number) =>
      connection === 0 ? { down: { cutAt: { byte, by: "fin" as const } } } : {};
    await using proxy = await createFaultProxy({ target: { port: runwire.port }, plan });
    await followThrough(runwire, proxy, `c:${byte}`).catch(() => {
      failures += 1;
    });
  }
  return failures;
}

test("a store that forgets which publishes it has answered is found by cuts", {
  timeout: 30_000,
}, async () => {
  expect(await countFailures(forgetPublishes(createMemoryStore()))).toBeGreaterThan(0);
  expect(await countFailures(createMemoryStore())).toBe(0);
});

/** The same store, to which each publish is a new one. */
function forgetPublishes(store: EventStore): EventStore {
  let count = 0;
  const forgetful: Partial<EventStore> = {
    append: (request) => store.append({ ...request, id: `${++count}` }),
    findPublish: async () => undefined,
  };
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(forgetful, name) ?? Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
