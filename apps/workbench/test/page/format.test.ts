import { expect, test } from "vitest";
import { formatDuration, formatValue } from "../../src/page/run/format.ts";

test.each([
  [-5, "0 ms"],
  [999, "999 ms"],
  [1000, "1.0 s"],
  [59_999, "59.9 s"],
  [60_000, "1 min 00 s"],
  [3_599_999, "59 min 59 s"],
  [3_600_000, "1 h 00 min"],
])("says %d ms as %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test("shows what JSON cannot hold by its own name", () => {
  const value = {
    at: new Date(0),
    size: 12n,
    owners: new Set([1n]),
    byName: new Map([["a", 1]]),
    bytes: new Uint8Array(3),
    speed: Number.NaN,
    never: new Date(Number.NaN),
    nothing: null,
    empty: [],
  };
  expect(formatValue(value)).toBe(
    [
      "{",
      "  at: 1970-01-01T00:00:00.000Z",
      "  size: 12n",
      "  owners: Set(1) { 1n }",
      '  byName: Map(1) { "a" → 1 }',
      "  bytes: Uint8Array(3 bytes)",
      "  speed: NaN",
      "  never: no date",
      "  nothing: null",
      "  empty: []",
      "}",
    ].join("\n"),
  );
});

test("gives what is long a line for each field", () => {
  const text = "x".repeat(60);
  expect(formatValue({ text, deep: [text] })).toBe(
    `{\n  text: "${text}"\n  deep: [\n    "${text}"\n  ]\n}`,
  );
});

test("shows a text of several lines as these lines", () => {
  expect(formatValue({ fromLine: 3, text: "if (x) {\n  y();\n}\n" })).toBe(
    "{\n  fromLine: 3\n  text: |\n    if (x) {\n      y();\n    }\n}",
  );
});

test("leaves out the fields that have no value", () => {
  expect(formatValue({ a: 1, b: undefined })).toBe("{ a: 1 }");
});

test("names a circle instead of following it", () => {
  const value: { self?: unknown } = {};
  value.self = value;
  expect(formatValue(value)).toBe("{ self: ↺ (seen above) }");
});

test("shows an object twice where it stands twice", () => {
  const shared = { a: 1 };
  expect(formatValue([shared, shared])).not.toContain("↺");
});
