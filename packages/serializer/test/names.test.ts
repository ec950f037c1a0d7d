import { expect, test } from "vitest";
import { type EncodeOptions, encode } from "../src/index.js";

const names = {
  readyState: ["CONNECTING", "OPEN", "CLOSING", "CLOSED"],
  level: { 10: "debug", 20: "info" },
};

test("names bare enum values by key, from a list and from a table, at any depth", () => {
  const value = { readyState: 1, inner: [{ level: 20, readyState: 3 }], at: new Date(0) };
  expect(JSON.parse(encode(value, { names }))).toMatchObject({
    readyState: "OPEN",
    inner: [{ level: "info", readyState: "CLOSED" }],
  });
});

test("leaves a value that has no name, or is no number", () => {
  const value = { readyState: 9, level: "20", length: 1, constructor: 0 };
  expect(JSON.parse(encode(value, { names }))).toStrictEqual(value);
});

test("takes no name from a prototype", () => {
  expect(encode({ toString: 1, list: { length: 0 } }, { names })).toBe(
    '{"toString":1,"list":{"length":0}}',
  );
});

class Socket {
  readonly OPEN = 1;
  readonly CLOSED = 3;
  readonly readyState: number = 1;
  readonly binaryType = "blob";
  send(): void {}
  close(): void {}
}

test("knows the states of what looks like a WebSocket without being told", () => {
  expect(encode(new Socket())).toBe('{"readyState":"OPEN","binaryType":"blob"}');
  expect(encode({ readyState: 1 })).toBe('{"readyState":1}');
});

test("applies the caller's names to a WebSocket too, and prefers them", () => {
  const options = { names: { readyState: ["a", "b"] } };
  expect(encode(new Socket(), options)).toBe('{"readyState":"b","binaryType":"blob"}');
});

test("reads an options object once, and keeps it apart from others", () => {
  let reads = 0;
  const counted: EncodeOptions = {
    get names() {
      reads++;
      return names;
    },
  };
  for (let round = 0; round < 3; round++)
    expect(encode({ level: 10 }, counted)).toBe('{"level":"debug"}');
  expect(reads).toBe(1);
  expect(encode({ level: 10 }, {})).toBe('{"level":10}');
  expect(encode({ level: 10 })).toBe('{"level":10}');
});

test.each([3, { readyState: 3 }, { readyState: null }])("refuses %j as names", (wrong) => {
  // What a program without types may pass.
  const options = { names: wrong } as unknown as EncodeOptions;
  expect(() => encode({}, options)).toThrow(expect.objectContaining({ code: "invalid_options" }));
});
