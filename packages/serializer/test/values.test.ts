import { describe, expect, test } from "vitest";
import { decode, encode } from "../src/index.js";

class Point {
  readonly x = 1;
  readonly #secret = 2;
  get sum(): number {
    return this.x + this.#secret;
  }
}

/** A value, the JSON text it becomes, and — where that differs — what comes back. */
const values: readonly { name: string; value: unknown; json: string; back?: unknown }[] = [
  { name: "null", value: null, json: "null" },
  { name: "a string", value: "héllo", json: '"héllo"' },
  { name: "a boolean", value: true, json: "true" },
  { name: "a number", value: -1.5e21, json: "-1.5e+21" },
  {
    name: "plain JSON",
    value: { a: [1, "two", null, { b: false }] },
    json: '{"a":[1,"two",null,{"b":false}]}',
  },
  {
    name: "an object without prototype",
    value: Object.assign(Object.create(null), { a: 1 }),
    json: '{"a":1}',
    back: { a: 1 },
  },
  { name: "NaN", value: Number.NaN, json: '{"$number":"NaN"}' },
  { name: "Infinity", value: Number.POSITIVE_INFINITY, json: '{"$number":"Infinity"}' },
  { name: "−Infinity", value: Number.NEGATIVE_INFINITY, json: '{"$number":"-Infinity"}' },
  { name: "−0", value: -0, json: '{"$number":"-0"}' },
  { name: "a BigInt", value: -(2n ** 70n), json: '{"$bigint":"-1180591620717411303424"}' },
  { name: "undefined", value: undefined, json: '{"$undefined":true}' },
  { name: "undefined as a member", value: { a: undefined }, json: '{"a":{"$undefined":true}}' },
  { name: "undefined in an array", value: [undefined, 1], json: '[{"$undefined":true},1]' },
  {
    name: "a Date",
    value: new Date(1_790_000_000_123),
    json: '{"$date":"2026-09-21T14:13:20.123Z"}',
  },
  { name: "an invalid Date", value: new Date(Number.NaN), json: '{"$date":null}' },
  {
    name: "a Date before the year 0",
    value: new Date(-8.64e15),
    json: '{"$date":"-271821-04-20T00:00:00.000Z"}',
  },
  {
    name: "a Map",
    value: new Map<unknown, unknown>([
      ["a", 1n],
      [{ k: 1 }, null],
    ]),
    json: '{"$map":[["a",{"$bigint":"1"}],[{"k":1},null]]}',
  },
  {
    name: "a Set",
    value: new Set([1, "a", new Date(0)]),
    json: '{"$set":[1,"a",{"$date":"1970-01-01T00:00:00.000Z"}]}',
  },
  {
    name: "a URL",
    value: new URL("https://example.com/a?b=c#d"),
    json: '{"$url":"https://example.com/a?b=c#d"}',
  },
  { name: "a RegExp", value: /a\/b+/giu, json: '{"$regexp":"/a\\\\/b+/giu"}' },
  { name: "a Symbol of the registry", value: Symbol.for("runwire"), json: '{"$symbol":"runwire"}' },
  {
    name: "a Symbol without description",
    value: Symbol(),
    json: '{"$symbol":""}',
    back: Symbol.for(""),
  },
  {
    name: "a function",
    value: function work() {},
    json: '{"$function":"work"}',
    back: { $function: "work" },
  },
  { name: "a class", value: Point, json: '{"$function":"Point"}', back: { $function: "Point" } },
  { name: "a class instance", value: new Point(), json: '{"x":1}', back: { x: 1 } },
  { name: "a boxed number", value: Object(-0), json: '{"$number":"-0"}', back: -0 },
  { name: "a boxed string", value: Object("a"), json: '"a"', back: "a" },
  { name: "a boxed BigInt", value: Object(1n), json: '{"$bigint":"1"}', back: 1n },
  {
    name: "a Promise",
    value: Promise.resolve(1),
    json: '{"$unserializable":"a Promise cannot be read"}',
    back: { $unserializable: "a Promise cannot be read" },
  },
  {
    name: "a WeakMap",
    value: new WeakMap(),
    json: '{"$unserializable":"a WeakMap cannot be read"}',
    back: { $unserializable: "a WeakMap cannot be read" },
  },
  { name: "a lone surrogate", value: "a\ud800", json: '"a\\ud800"' },
  { name: "a lone surrogate in a key", value: { "\udc00": 1 }, json: '{"\\udc00":1}' },
  { name: "a surrogate pair", value: "😀", json: '"😀"' },
  { name: "NUL", value: "a\0b", json: '"a\\u0000b"' },
  { name: "line separators", value: "\u2028\u2029", json: '"\u2028\u2029"' },
  { name: "a key that looks like a tag", value: { $date: "x" }, json: '{"$escape":{"$date":"x"}}' },
  {
    name: "a key like a tag among others",
    value: { a: 1, $b: 2n },
    json: '{"$escape":{"a":1,"$b":{"$bigint":"2"}}}',
  },
  {
    name: "the key $escape itself",
    value: { $escape: { $escape: 1 } },
    json: '{"$escape":{"$escape":{"$escape":{"$escape":1}}}}',
  },
  {
    name: "the keys of a tag inside",
    value: [{ list: [{ $set: [] }] }],
    json: '[{"list":[{"$escape":{"$set":[]}}]}]',
  },
  { name: "an element that begins with $", value: ["a", "$5"], json: '["a","$5"]' },
  {
    name: "a text that looks like a tagged key",
    value: { a: ',"$b":{"$' },
    json: '{"a":",\\"$b\\":{\\"$"}',
  },
];

describe("encode writes, and decode gives back,", () => {
  test.each(values)("$name", ({ value, json, ...expected }) => {
    expect(encode(value)).toBe(json);
    expect(decode(json)).toStrictEqual("back" in expected ? expected.back : value);
  });
});

test("reads what a Date holds, whatever its class says", () => {
  class Liar extends Date {
    override getTime(): number {
      throw new Error("no");
    }
    override toISOString(): string {
      return "never";
    }
    override toJSON(): string {
      return "never";
    }
  }
  expect(encode(new Liar(0))).toBe('{"$date":"1970-01-01T00:00:00.000Z"}');
});

test("reads what a Map and a Set hold, whatever their classes say", () => {
  class OddMap<K, V> extends Map<K, V> {
    override get size(): number {
      return 99;
    }
    override forEach(): void {
      throw new Error("no");
    }
  }
  class OddSet<V> extends Set<V> {
    override [Symbol.iterator](): SetIterator<V> {
      throw new Error("no");
    }
  }
  expect(encode([new OddMap([[1, 2]]), new OddSet([3])])).toBe('[{"$map":[[1,2]]},{"$set":[3]}]');
});

test.each(["Date", "Map", "Set", "URL", "RegExp", "ArrayBuffer", "Error", "BigInt", "String"])(
  "takes an object that only claims to be a %s for what it is",
  (claim) => {
    expect(encode({ a: 1, [Symbol.toStringTag]: claim })).toBe('{"a":1}');
    class Claimant {
      readonly a = 1;
      get [Symbol.toStringTag](): string {
        return claim;
      }
    }
    expect(encode(new Claimant())).toBe('{"a":1}');
  },
);

test("writes the milliseconds and the days of Dates as toISOString does", () => {
  for (const time of [
    0, -1, 1, 9, 99, 86_399_999, 86_400_000, -86_400_001, 8.64e15, -62_198_755_200_000,
  ]) {
    const date = new Date(time);
    expect(encode(date)).toBe(`{"$date":"${date.toISOString()}"}`);
  }
});
