import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  type ChannelState,
  emptyChannelState,
  type LoggedEvent,
  mergeEvents,
  reduceChannel,
  type UnknownEvent,
} from "../../src/index.js";
import { anyHistory } from "../support/histories.js";

type Events = readonly (LoggedEvent | UnknownEvent)[];

function cut(events: Events, places: readonly number[]): Events[] {
  const bounds = [...places.map((place) => place % (events.length + 1)), 0, events.length];
  bounds.sort((left, right) => left - right);
  return bounds.slice(1).map((end, index) => events.slice(bounds[index], end));
}

function fold(ranges: readonly Events[]): ChannelState {
  return ranges.reduce<ChannelState>(reduceChannel, emptyChannelState);
}

/** The whole state as text, its records sorted: an absent field is not one that holds `undefined`. */
function asText(state: ChannelState): string {
  return JSON.stringify(state, (key, value: unknown) =>
    key !== "" && typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
      : value,
  );
}

const cuts = fc.array(fc.nat(60), { maxLength: 4 });
const limits = fc.constantFrom(1, 120, 160, 250, 262_144);

it("folds to the same state, merged or not, however a history is cut into ranges", () => {
  fc.assert(
    fc.property(anyHistory, cuts, limits, (history, places, maxEventBytes) => {
      const ranges = cut(history, places);
      const merged = ranges.map((range) => mergeEvents(range, { maxEventBytes }));
      expect(asText(fold(merged))).toBe(asText(fold([history])));
    }),
    { numRuns: 2_000 },
  );
});

it("folds to the same state in one call and in a call for each event", () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      expect(asText(fold(history.map((event) => [event])))).toBe(asText(fold([history])));
    }),
    { numRuns: 500 },
  );
});

it("leaves the events as they were, keeps the order of offsets, and lets none grow too large", () => {
  fc.assert(
    fc.property(anyHistory, limits, (history, maxEventBytes) => {
      const before = JSON.stringify(history);
      const merged = mergeEvents(history, { maxEventBytes });
      expect(JSON.stringify(history)).toBe(before);
      const offsets = merged.map((event) => event.offset);
      expect(offsets).toEqual([...new Set(offsets)].sort((left, right) => left - right));
      for (const event of merged) {
        if (history.includes(event)) continue;
        const bytes = Buffer.byteLength(JSON.stringify({ ...event, offset: undefined }));
        expect(bytes).toBeLessThanOrEqual(maxEventBytes);
      }
    }),
    { numRuns: 1_000 },
  );
});

it("merges again what is merged without changing it", () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const once = mergeEvents(history);
      const twice = mergeEvents(once);
      expect(twice.map((event, place) => event === once[place])).toEqual(once.map(() => true));
    }),
    { numRuns: 500 },
  );
});
