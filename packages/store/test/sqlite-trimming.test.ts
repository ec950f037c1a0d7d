import { expect, it } from "vitest";
import { createSqliteStore } from "../src/sqlite.js";
import { append, channel, completed, started, thinking } from "../src/testing/event-samples.js";

it("is of the log that was there when it began, though between two of its steps another one takes the place", async () => {
  const store = createSqliteStore({ file: ":memory:" });
  for (const runId of ["long", "later", "latest"]) {
    const deltas = Array.from({ length: 1_500 }, () => thinking(runId));
    await append(store, [started(runId), ...deltas, completed(runId)]);
  }
  const trimming = store.trim(channel, 3_005);
  const deleting = store.deleteChannel(channel);
  const filling = ["a", "b", "c"].map((id) => append(store, [started(id), completed(id)]));
  await Promise.all([trimming, deleting, ...filling]);
  expect(await trimming).toBe(1);
  expect(await store.head(channel)).toMatchObject({ offset: 6, floor: 1 });
  await store.close();
});
