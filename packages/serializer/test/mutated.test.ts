import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { decode, encode, isRunwireError } from "../src/index.js";

vi.setConfig({ testTimeout: 3_600_000 }); // as long as the number of texts that was asked for takes

/** Everything that has a tag, as `encode` writes it. */
const cycle: unknown[] = [1];
cycle.push({ cycle });
const texts = [
  { a: [1, "é", null, true, { b: {} }], "": 0.5 },
  [new Date(0), new Date(Number.NaN), 10n ** 30n, -0, Number.NaN, undefined],
  new Map<unknown, unknown>([["k", new Set([1, new Map([[{}, []]])])]]),
  new Set([new Uint8Array([1, 2, 3]), new Float64Array(2), new DataView(new ArrayBuffer(4))]),
  new AggregateError([new RangeError("far")], "no", {
    cause: Object.assign(new Error("x"), { code: 1 }),
  }),
  [new URL("http://a/b?c"), /a\/"+/giu, Symbol.for("s"), () => 1],
  { $date: 1, $ref: "/", $escape: { $map: [] } },
  cycle,
  { deep: { er: cycle, again: cycle } },
].map((value) => encode(value));

const pieces = [
  ...[
    "{",
    "}",
    "[",
    "]",
    '"',
    ",",
    ":",
    "\\",
    "\\u0024",
    "\\ud800",
    "\ud800",
    "\0",
    "/",
    "~1",
    "~0",
  ],
  ...[
    "null",
    "true",
    "-1",
    "1e400",
    "{}",
    "[]",
    '"__proto__":',
    '"$ref":"',
    '{"$ref":""}',
    '{"$ref":"/0"}',
  ],
  ...[
    '{"$map":[',
    '{"$set":[',
    '{"$error":{"name":"E","message":"',
    '{"$escape":',
    '{"$bigint":"',
    '"type":"Buffer",',
  ],
  ...[
    '{"$regexp":"/(a+)+$/"}',
    "[".repeat(200),
    '{"$escape":'.repeat(50),
    "9".repeat(500),
    "=".repeat(9),
  ],
];

/** A text, and what is cut out of it and put into it, where. */
const mutated = fc
  .tuple(
    fc.constantFrom(...texts),
    fc.array(
      fc.tuple(
        fc.nat(400),
        fc.nat(12),
        fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })),
      ),
      {
        maxLength: 4,
      },
    ),
    fc.constantFrom("", ...texts),
  )
  .map(([text, mistakes, end]) =>
    mistakes.reduce((broken, [place, cut, piece]) => {
      const at = place % (broken.length + 1);
      return broken.slice(0, at) + piece + (cut === 12 ? end : broken.slice(at + cut));
    }, text),
  );

const options = {
  // RUNWIRE_RUNS tries more, RUNWIRE_SEED repeats what a failure names.
  numRuns: Number(process.env.RUNWIRE_RUNS ?? 5_000),
  ...(process.env.RUNWIRE_SEED && { seed: Number(process.env.RUNWIRE_SEED) }),
};

test("whatever a text was made of, it is read in bounds or refused by one typed error", () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  let read = 0;
  fc.assert(
    fc.property(mutated, (text) => {
      const value = decodeOrRefuse(text);
      if (value === refused) return;
      read += 1;
      expect(countObjects(value)).toBeLessThanOrEqual(text.length);
      const again = encode(value);
      expect(() => decode(again)).not.toThrow();
    }),
    options,
  );
  expect(read).toBeGreaterThan(options.numRuns / 20);
  expect(Object.getOwnPropertyNames(Object.prototype)).toStrictEqual(before);
});

const refused = Symbol("refused");

/** Refused are those texts, and only those, that are no JSON. */
function decodeOrRefuse(text: string): unknown {
  let isJson = true;
  try {
    JSON.parse(text);
  } catch {
    isJson = false;
  }
  try {
    const value = decode(text);
    expect(isJson, text).toBe(true);
    return value;
  } catch (error) {
    expect(isRunwireError(error) && error.code, text).toBe("invalid_json");
    expect(isJson, text).toBe(false);
    return refused;
  }
}

/** What was made for a text, each object once: no text may cost more than it holds. */
function countObjects(value: unknown): number {
  const seen = new Set<object>();
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    if (next instanceof Map) left.push(...next.keys(), ...next.values());
    else if (next instanceof Set) left.push(...next);
    else if (!ArrayBuffer.isView(next))
      for (const key of Object.getOwnPropertyNames(next)) left.push(Reflect.get(next, key));
  }
  return seen.size;
}
