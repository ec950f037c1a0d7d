import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import {
  decode,
  defaultLimits,
  type EncodeLimits,
  encode,
  encodeWithReport,
} from "../src/index.js";

function encodeWithin(value: unknown, limits: Partial<EncodeLimits>): unknown {
  return JSON.parse(encode(value, { limits }));
}

const date = new Date(0);

describe("the defaults", () => {
  test("are those of the documentation, and frozen", () => {
    expect(defaultLimits).toStrictEqual({
      maxDepth: 64,
      maxNodes: 100_000,
      maxBytes: 1_048_576,
      maxStringLength: 262_144,
    });
    expect(Object.isFrozen(defaultLimits)).toBe(true);
  });

  test("hold where nothing else is said", () => {
    expect(encode(Array.from({ length: 99_999 }, () => 1))).not.toContain("$truncated");
    expect(encode(Array.from({ length: 100_000 }, () => 1))).toContain("maxNodes");
    expect(encode("x".repeat(262_144))).not.toContain("$truncated");
    expect(encode("x".repeat(262_145))).toContain("maxStringLength");
  });
});

describe("maxDepth", () => {
  // The levels that the text itself has, tags included.
  test.each([
    { name: "plain arrays", value: [[["x"]]], levels: 3 },
    { name: "an empty object inside", value: { a: { b: {} } }, levels: 3 },
    { name: "a Date", value: { a: date }, levels: 2 },
    { name: "a Set", value: { a: new Set([1]) }, levels: 3 },
    { name: "a Map", value: new Map([["a", 1]]), levels: 3 },
    { name: "an escaped object", value: { $a: [1] }, levels: 3 },
    { name: "an error", value: [new Error("x")], levels: 3 },
  ])("takes $name whole where it is as deep, and cuts it one level below", ({ value, levels }) => {
    const within = (maxDepth: number) => encodeWithReport(value, { limits: { maxDepth } });
    expect(within(levels).lost).toStrictEqual([]);
    expect(within(levels + 1).json).toBe(within(levels).json);
    const cut = within(Math.max(levels - 1, 2));
    if (levels > 2) expect(cut.lost).toMatchObject([{ reason: "maxDepth" }]);
    expect(depthOf(JSON.parse(cut.json))).toBeLessThanOrEqual(Math.max(levels - 1, 2));
  });

  test("marks the outermost container that has room for the mark", () => {
    const value = { a: { b: { c: { d: 1 } } }, e: 1 };
    expect(encodeWithin(value, { maxDepth: 3 })).toStrictEqual({
      a: { $truncated: { reason: "maxDepth" } },
      e: 1,
    });
  });

  test("of more than 1,000 counts as 1,000", () => {
    let value: unknown = 1n;
    for (let level = 0; level < 5_000; level++) value = [value];
    const json = encode(value, { limits: { maxDepth: Number.POSITIVE_INFINITY } });
    expect(json).toContain("maxDepth");
    expect(() => JSON.parse(json)).not.toThrow();
  });
});

describe("maxNodes", () => {
  test("counts every value, containers included", () => {
    const value = [1, [2, 3]];
    expect(encodeWithin(value, { maxNodes: 6 })).toStrictEqual(value);
    expect(encodeWithin(value, { maxNodes: 5 })).toStrictEqual(value);
    expect(encodeWithin(value, { maxNodes: 4 })).toStrictEqual([
      1,
      [2, { $truncated: { reason: "maxNodes", omitted: 1 } }],
    ]);
    expect(encodeWithin(value, { maxNodes: 1 })).toStrictEqual([
      { $truncated: { reason: "maxNodes", omitted: 2 } },
    ]);
  });

  test("counts alike beside a value that needs a tag", () => {
    const value = [[1, 2], date, { a: 1 }];
    expect(encodeWithin(value, { maxNodes: 7 })).not.toContainEqual({
      $truncated: expect.anything(),
    });
    expect(encodeWithin(value, { maxNodes: 6 })).toStrictEqual([
      [1, 2],
      { $date: date.toISOString() },
      { $truncated: { reason: "maxNodes", omitted: 1 } },
    ]);
  });

  test("keeps the first members of an object, a Map and a Set, and says how many are missing", () => {
    const mark = { $truncated: { reason: "maxNodes", omitted: 2 } };
    expect(encodeWithin({ a: 1, b: 2, c: 3 }, { maxNodes: 2 })).toStrictEqual({ a: 1, ...mark });
    expect(encodeWithin(new Set([1, 2, 3]), { maxNodes: 2 })).toStrictEqual({ $set: [1, mark] });
    const map = new Map([
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ]);
    expect(encodeWithin(map, { maxNodes: 4 })).toStrictEqual({ $map: [["a", 1], mark] });
  });
});

describe("maxStringLength", () => {
  const limits = { maxStringLength: 5 };

  test("keeps the head of a longer string, and its length", () => {
    expect(encodeWithin("12345", limits)).toBe("12345");
    expect(encodeWithin(["123456"], limits)).toStrictEqual([
      { $truncated: { reason: "maxStringLength", length: 6, value: "12345" } },
    ]);
  });

  test("does not cut inside a surrogate pair", () => {
    expect(encodeWithin("1234😀", limits)).toStrictEqual({
      $truncated: { reason: "maxStringLength", length: 6, value: "1234" },
    });
  });

  test("marks as a whole what half of would be another value", () => {
    const values = [
      123_456n,
      new Uint8Array(4),
      new URL("https://a.b"),
      /123456/,
      Symbol.for("123456"),
    ];
    for (const value of values) {
      expect(encodeWithin(value, limits)).toMatchObject({
        $truncated: { reason: "maxStringLength" },
      });
    }
    expect(encodeWithin(12_345n, limits)).toStrictEqual({ $bigint: "12345" });
    expect(encodeWithin(new Uint8Array(4), limits)).toStrictEqual({
      $truncated: { reason: "maxStringLength", type: "Uint8Array", length: 4 },
    });
  });

  test("leaves out a member whose name is longer", () => {
    expect(encodeWithin({ a: 1, "123456": 2, "12345": 3 }, limits)).toStrictEqual({
      "12345": 3,
      a: 1,
      $truncated: { reason: "maxStringLength", omitted: 1 },
    });
  });
});

describe("maxBytes", () => {
  test("counts bytes of UTF-8", () => {
    const value = { text: "é€😀\ud800".repeat(10) };
    const bytes = Buffer.byteLength(JSON.stringify(value));
    expect(encode(value, { limits: { maxBytes: bytes } })).toBe(JSON.stringify(value));
    const cut = encode(value, { limits: { maxBytes: bytes - 1 } });
    expect(Buffer.byteLength(cut)).toBeLessThan(bytes);
    expect(cut).toContain('"reason":"maxBytes"');
  });

  test("keeps what is small whole, and the head of what is large", () => {
    const value = { id: "run_1", log: "x".repeat(10_000), ok: true };
    const cut = encodeWithin(value, { maxBytes: 1_000 }) as Record<string, { $truncated: object }>;
    expect(cut).toMatchObject({ id: "run_1", ok: true });
    expect(cut.log?.$truncated).toMatchObject({ reason: "maxBytes", length: 10_000 });
  });

  test("keeps the first elements of a long list, and says how many are missing", () => {
    const cut = encodeWithin(
      Array.from({ length: 1_000 }, (_, i) => i),
      { maxBytes: 200 },
    );
    const list = cut as readonly unknown[];
    expect(list.slice(0, 5)).toStrictEqual([0, 1, 2, 3, 4]);
    expect(list.at(-1)).toStrictEqual({
      $truncated: { reason: "maxBytes", omitted: 1_000 - (list.length - 1) },
    });
  });

  test("cuts inside Maps, Sets, errors and escaped objects, and leaves other tags whole or not at all", () => {
    const long = "x".repeat(300);
    const error = Object.assign(new Error("no"), { long, stack: undefined });
    const values = [new Map([["a", long]]), new Set([long]), error, { $a: long }];
    for (const value of values) {
      const json = encode(value, { limits: { maxBytes: 256 } });
      expect(json).toContain('"reason":"maxBytes"');
      expect(Object.keys(JSON.parse(json))).toStrictEqual(Object.keys(JSON.parse(encode(value))));
    }
    expect(encodeWithin([new Uint8Array(300)], { maxBytes: 128 })).toStrictEqual([
      { $truncated: { reason: "maxBytes" } },
    ]);
  });

  test("is held from 64 bytes on, whatever the value", () => {
    for (const value of [
      "\0".repeat(100),
      ["x".repeat(99)],
      { ["k".repeat(99)]: 1 },
      new Error("x"),
    ]) {
      for (let maxBytes = 64; maxBytes < 128; maxBytes++) {
        const json = encode(value, { limits: { maxBytes } });
        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(maxBytes);
        expect(() => decode(json)).not.toThrow();
      }
    }
  });
});

describe("a limit that is none", () => {
  test.each([
    ["maxDepth", 1],
    ["maxNodes", 0],
    ["maxBytes", 63],
    ["maxStringLength", -1],
    ["maxDepth", Number.NaN],
    ["maxBytes", "100" as unknown as number],
  ])("is refused by name: %s %s", (name, value) => {
    expect(() => encode(1, { limits: { [name]: value } })).toThrow(
      expect.objectContaining({
        code: "invalid_options",
        message: expect.stringContaining(`limits.${name}`),
      }),
    );
  });
});

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
