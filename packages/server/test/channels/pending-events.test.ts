import fc from "fast-check";
import { expect, test } from "vitest";
import { PendingEvents, toBatches } from "../../src/channels/pending-events.ts";
import { toEntry } from "../../src/log/entry.ts";

const entry = (offset: number, text: string) =>
  toEntry({ offset, json: JSON.stringify({ type: "custom", name: "n", time: 0, data: text }) });
const bytesOf = (json: string) => Buffer.byteLength(json);

test("batches keep every event in order, within both limits, but for one that is larger alone", () => {
  const limits = fc.record({
    maxEvents: fc.integer({ min: 1, max: 5 }),
    maxBytes: fc.integer({ min: 1, max: 300 }),
  });
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" })), limits, (texts, most) => {
      const entries = texts.map((text, index) => entry(index + 1, text));
      const batches = toBatches(entries, most);
      expect(batches.flat()).toEqual(entries);
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(most.maxEvents);
        const bytes = batch.reduce((sum, { json }) => sum + bytesOf(json), 0);
        if (batch.length > 1) expect(bytes).toBeLessThanOrEqual(most.maxBytes);
      }
    }),
  );
});

test("what waits is full at the limit of events, and at the limit of UTF-8 bytes", () => {
  const byCount = new PendingEvents({ maxEvents: 2, maxBytes: 1_000 });
  byCount.add(entry(1, ""));
  expect(byCount.isFull).toBe(false);
  byCount.add(entry(2, ""));
  expect(byCount.isFull).toBe(true);

  const { json } = entry(1, "€€€€");
  const byBytes = new PendingEvents({ maxEvents: 10, maxBytes: bytesOf(json) });
  byBytes.add(entry(1, "€€€"));
  expect(byBytes.isFull).toBe(false);
  expect(byBytes.take()).toHaveLength(1);
  expect(byBytes.isEmpty).toBe(true);
  byBytes.add(entry(1, "€€€€"));
  expect(byBytes.isFull).toBe(true);
});
