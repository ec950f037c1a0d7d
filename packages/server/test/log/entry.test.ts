import { expect, test } from "vitest";
import { toEntry, withOffset } from "../../src/log/entry.ts";

test.each([["torn: {"], ["7"], ["null"], ["[]"], ['""'], ["{}"], [' {"type":"custom"}']])(
  "a row that is no event, %s, keeps its place and says so",
  (json) => {
    const entry = toEntry({ offset: 3, json, runId: "r" });
    expect(JSON.parse(withOffset(entry.json, entry.offset))).toMatchObject({
      ...{ offset: 3, type: "custom", name: "runwire:unreadable", runId: "r" },
    });
  },
);

test("an event keeps its text byte for byte", () => {
  const json = '{ "type" : "custom" , "x":1.0 }';
  const entry = toEntry({ offset: 3, json });
  expect(withOffset(entry.json, 3)).toBe('{"offset":3, "type" : "custom" , "x":1.0 }');
  expect(entry.event).toEqual({ type: "custom", x: 1, offset: 3 });
});
