import { createMemoryStore, type EventStore } from "@runwire/store";
import { expect, test } from "vitest";
import { createFaultProxy, createTestServer } from "../../src/index.ts";
import { eventually } from "../eventually.ts";

const clientCount = 100;
const eventCount = 2_000;
const channel = "chat:1";

/** The same store, which counts the pages that are read. */
function countReads(store: EventStore) {
  let count = 0;
  const counted = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name === "read") count += 1;
      return value.bind(target);
    },
  });
  return { store: counted, reads: () => count };
}

test("100 clients that lose their connections at once are all exact again, and share what is read", {
  timeout: 60_000,
}, async () => {
  const { store, reads } = countReads(createMemoryStore());
  const limits = { maxUnwelcomedPerAddress: clientCount };
  await using runwire = await createTestServer({ store, limits });
  await using proxy = await createFaultProxy({ target: { port: runwire.port } });
  const publish = async (from: number, to: number) => {
    for (let first = from; first < to; first += 200) {
      const events = Array.from({ length: 200 }, (_, index) =>
        JSON.stringify({ type: "custom", name: "note", data: first + index, time: 0 }),
      );
      await runwire.server.publish({ channel, writer: "w", id: `${first}`, events });
    }
  };
  const followers = Array.from({ length: clientCount }, () => {
    const client = runwire.connect({ url: proxy.through(runwire.url) });
    const offsets: number[] = [];
    client.channel(channel).subscribe((_, events) => {
      offsets.push(...events.map(({ offset }) => offset));
    });
    return offsets;
  });
  await publish(0, 200);
  await eventually(() => followers.filter((one) => one.length === 200).length).toBe(clientCount);
  proxy.cutAll("rst");
  const before = reads();
  await publish(200, eventCount);
  await eventually(() => followers.filter((one) => one.length === eventCount).length).toBe(
    clientCount,
  );
  const expected = Array.from({ length: eventCount }, (_, index) => index + 1);
  for (const offsets of followers) expect(offsets).toEqual(expected);
  // Each client alone would read two pages at least.
  expect(reads() - before).toBeLessThan(clientCount);
});
