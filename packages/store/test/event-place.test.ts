import { expect, it } from "vitest";
import { checkPlace } from "../src/sqlite/event-place.js";
import { createSqliteStore } from "../src/sqlite.js";
import { append, custom } from "../src/testing/event-samples.js";

it("gives no channel the events of another one, whatever is asked for", async () => {
  const store = createSqliteStore({ file: ":memory:" });
  for (const channel of ["one", "two", "three"])
    for (const data of [1, 2]) await append(store, [custom(channel, undefined, data)], { channel });
  for (const after of [2, 2 ** 36 - 1, 2 ** 36, 2 ** 36 + 1, Number.MAX_SAFE_INTEGER])
    expect((await store.read({ channel: "two", after, limit: 9 })).events).toEqual([]);
  const { events } = await store.read({ channel: "two", after: 0, limit: 9 });
  expect(events.map(({ offset, json }) => [offset, JSON.parse(json).name])).toEqual([
    [1, "two"],
    [2, "two"],
  ]);
  await store.close();
});

it("refuses an event that would have the place of another channel's", () => {
  const latest = { channel: 2 ** 27 - 1, offset: 2 ** 36 - 1, run: null };
  expect(() => checkPlace(latest)).not.toThrow();
  expect(() => checkPlace({ ...latest, offset: 2 ** 36 })).toThrow(
    "68719476735 events of a channel",
  );
  expect(() => checkPlace({ ...latest, channel: 2 ** 27 })).toThrow("134217727 channels");
});
