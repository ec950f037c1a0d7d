import { Buffer } from "node:buffer";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import {
  decode,
  defaultLimits,
  type EncodeLimits,
  encode,
  encodeWithReport,
} from "../src/index.js";

// RUNWIRE_RUNS tries more values, a million say; RUNWIRE_SEED repeats what a failure names.
const options = {
  numRuns: Number(process.env.RUNWIRE_RUNS ?? 300),
  ...(process.env.RUNWIRE_SEED && { seed: Number(process.env.RUNWIRE_SEED) }),
};
// Hundreds of values each: slow where the machine is busy, not where the code is.
vi.setConfig({ testTimeout: process.env.RUNWIRE_RUNS ? 3_600_000 : 60_000 });

/** Anything that JavaScript code can hold, with keys that attack. */
const key = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "prototype",
    "toJSON",
    "$date",
    "$escape",
    "$ref",
    "type",
    "",
  ),
);
const anything = fc.anything({
  key,
  maxDepth: 4,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withObjectString: true,
  withTypedArray: true,
  withSparseArray: true,
  withUnicodeString: true,
  withBoxedValues: true,
  values: [
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.bigInt(),
    fc.constantFrom(undefined, null, true, -0, Symbol("s"), () => 1, /a+/g, class {}),
    fc.constant(new Error("no", { cause: new RangeError("far") })),
    fc.webUrl().map((url) => new URL(url)),
  ],
});

/**
 * What throws, lies or never ends. As a recipe: the test library looks into what it generates, and
 * that must not be where it throws.
 */
type Recipe = () => unknown;

const traps = fc.constantFrom(
  "get",
  "has",
  "ownKeys",
  "getPrototypeOf",
  "getOwnPropertyDescriptor",
);
const targets = fc.constantFrom<object[]>({ a: 1 }, [1, 2], new Map(), new Date(0), () => 1);

const hostile: fc.Arbitrary<Recipe> = fc.oneof(
  fc.tuple(traps, targets).map(
    ([trap, target]) =>
      () =>
        new Proxy(target, { [trap]: fail }),
  ),
  targets.map((target) => () => revoke(target)),
  key.map((name) => () => Object.defineProperty({}, name, { get: fail, enumerable: true })),
  fc.constant(() => ({ toJSON: fail })),
  fc.anything().map((value) => () => ({ toJSON: () => value })),
);

const large: fc.Arbitrary<Recipe> = fc.oneof(
  fc.nat(1_000_000).map((length) => () => new Array(length)),
  fc.nat(5_000).map((depth) => () => nest(depth)),
);

/** Its answers are bounded by `maxBytes` alone: they were not the same when they were looked at. */
const restless: fc.Arbitrary<Recipe> = fc
  .array(fc.anything(), { minLength: 1 })
  .map((answers) => () => fickle(answers));

function revoke(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function fickle(answers: readonly unknown[]): unknown {
  let reads = 0;
  return {
    get fickle() {
      return answers[reads++ % answers.length];
    },
  };
}

function nest(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { value };
  return value;
}

function fail(): never {
  throw new Error("hostile");
}

/** Graphs: a few containers whose members are each other. */
const graph = fc
  .array(fc.constantFrom<"object" | "array" | "map" | "set">("object", "array", "map", "set"), {
    minLength: 1,
    maxLength: 6,
  })
  .chain((kinds) =>
    fc
      .array(fc.tuple(fc.nat(kinds.length - 1), fc.nat(kinds.length - 1)), { maxLength: 10 })
      .map((edges) => connect(kinds, edges)),
  );

function connect(kinds: readonly string[], edges: readonly (readonly [number, number])[]): unknown {
  const nodes = kinds.map((kind) =>
    kind === "array" ? [] : kind === "map" ? new Map() : kind === "set" ? new Set() : {},
  );
  for (const [index, [from, to]] of edges.entries()) add(nodes[from], `k${index}`, nodes[to]);
  return nodes[0];
}

function add(holder: unknown, name: string, member: unknown): void {
  if (Array.isArray(holder)) holder.push(member);
  else if (holder instanceof Map) holder.set(name, member);
  else if (holder instanceof Set) holder.add(member);
  else Object.assign(Object(holder), { [name]: member });
}

const { recipe } = fc.letrec<{ recipe: Recipe; list: Recipe; record: Recipe; map: Recipe }>(
  (tie) => ({
    recipe: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(anything, graph).map((value) => () => value),
      fc.oneof({ weight: 5, arbitrary: hostile }, { weight: 2, arbitrary: large }),
      tie("list"),
      tie("record"),
      tie("map"),
    ),
    list: fc
      .array(tie("recipe"), { maxLength: 4 })
      .map((items) => () => items.map((make) => make())),
    record: fc
      .array(fc.tuple(key, tie("recipe")), { maxLength: 4 })
      .map((entries) => () => Object.fromEntries(entries.map(([name, make]) => [name, make()]))),
    map: fc
      .array(fc.tuple(tie("recipe"), tie("recipe")), { maxLength: 3 })
      .map(
        (entries) => () => new Map(entries.map(([makeKey, makeValue]) => [makeKey(), makeValue()])),
      ),
  }),
);

const limits: fc.Arbitrary<EncodeLimits> = fc.record({
  maxDepth: fc.integer({ min: 2, max: 12 }),
  maxNodes: fc.integer({ min: 1, max: 60 }),
  maxBytes: fc.integer({ min: 64, max: 2_000 }),
  maxStringLength: fc.integer({ min: 0, max: 40 }),
});

test("never throws, and writes valid JSON in valid UTF-8 within the defaults, whatever the value", () => {
  fc.assert(
    fc.property(recipe, (make) => {
      const json = encode(make());
      expect(Buffer.from(json).toString()).toBe(json);
      expect(json).not.toContain("\0");
      expect(() => JSON.parse(json)).not.toThrow();
      expect(() => decode(json)).not.toThrow();
    }),
    options,
  );
});

test("never throws, and writes valid JSON within its limit, whatever values are put together", () => {
  const { seed = 1 } = options;
  const small = fc.oneof(
    fc.oneof(anything, graph).map((value) => () => value),
    hostile,
  );
  const pool = fc.sample(small, { numRuns: 1_000, seed }).map((make) => make());
  let state = seed;
  // What fast-check would choose a million times takes it an hour; what is chosen from it takes a minute.
  const below = (end: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % end;
  };
  const member = () => pool[below(pool.length)];
  const makers = [
    () => member(),
    () => [member(), member(), member()],
    () => ({ a: member(), __proto__: member(), toString: member() }),
    () => new Map([[member(), member()]]),
    () => Object.defineProperty({}, "x", { get: member, enumerable: true }),
    () => new Proxy({ a: member() }, { get: member }),
    () => ({ toJSON: member }),
    () => new Error("no", { cause: member() }),
  ];
  for (let left = Number(process.env.RUNWIRE_RUNS ?? 5_000); left > 0; left -= 1) {
    const json = encode(makers[below(makers.length)]?.());
    if (Buffer.byteLength(json) > defaultLimits.maxBytes)
      throw new Error(`too long: ${json.length}`);
    JSON.parse(json);
    decode(json);
  }
});

test("never throws at what answers differently each time, and stays within maxBytes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(restless, recipe), { maxLength: 3 }),
      limits,
      (makers, bounds) => {
        const json = encode(
          makers.map((make) => make()),
          { limits: bounds },
        );
        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(bounds.maxBytes);
        expect(() => JSON.parse(json)).not.toThrow();
      },
    ),
    options,
  );
});

test("stays within every limit, whatever the value", () => {
  fc.assert(
    fc.property(recipe, limits, (make, bounds) => {
      const { json, lost } = encodeWithReport(make(), { limits: bounds });
      expect(Buffer.byteLength(json)).toBeLessThanOrEqual(bounds.maxBytes);
      const parsed: unknown = JSON.parse(json);
      expect(depthOf(parsed)).toBeLessThanOrEqual(bounds.maxDepth);
      // Marks, and the insides of tags, come on top of the values that are counted.
      expect(countNodes(parsed)).toBeLessThanOrEqual(bounds.maxNodes * 8 + 8);
      if (json.includes('"$truncated":{"reason":"max')) expect(lost).not.toHaveLength(0);
    }),
    options,
  );
});

test("leaves Object.prototype as it was", () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  fc.assert(
    fc.property(recipe, fc.json(), (make, json) => {
      decode(encode(make()));
      decode(json);
      decode(
        `{"__proto__":${json},"a":{"$escape":{"__proto__":${json}}},"c":{"$map":[["__proto__",${json}]]}}`,
      );
      expect(Object.getOwnPropertyNames(Object.prototype)).toStrictEqual(before);
    }),
    { numRuns: 100 },
  );
});

test("plain JSON data stays byte for byte what JSON.stringify writes", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      if (hasDollarKey(value) || hasNegativeZero(value)) return;
      expect(encode(value)).toBe(JSON.stringify(value));
      expect(isDeepStrictEqual(decode(encode(value)), value)).toBe(true);
    }),
  );
});

test("the text is the same whether a part was trusted or copied", () => {
  fc.assert(
    fc.property(anything, (value) => {
      // A redaction that reaches elements makes the walk copy everything.
      const copied = encode(value, { redact: ["no such list.0"] });
      expect(encode(value)).toBe(copied);
    }),
    { numRuns: 300 },
  );
});

class Shared {
  readonly own: unknown;
  static readonly onClass = 1;
  readonly #hidden = 2;
  declare readonly onPrototype: unknown;
  constructor(own: unknown) {
    this.own = own;
  }
  get computed() {
    return this.#hidden;
  }
}
Object.defineProperty(Shared.prototype, "onPrototype", { value: [3], enumerable: true });
class Derived extends Shared {
  readonly [Symbol.isConcatSpreadable] = true;
  readonly more = { nested: new Shared(5) };
}

test("a class instance is its own data, whether it was trusted or copied", () => {
  fc.assert(
    fc.property(anything, (own) => {
      const data = { own, more: { nested: { own: 5 } } };
      const copied = encode([data], { redact: ["no such list.0"] });
      expect(encode([new Derived(own)])).toBe(copied);
      expect(encode(new Derived(own), { redact: ["no such list.0"] })).toBe(copied.slice(1, -1));
      expect(encode(new Derived(own))).toBe(copied.slice(1, -1));
    }),
    { numRuns: 300 },
  );
});

/** Everything that has a tag of its own, and comes back as it was. */
const tagged = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie("leaf"),
    tie("list"),
    tie("record"),
    tie("map"),
    tie("set"),
  ),
  leaf: fc.oneof(
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined, -0, Number.NaN, Number.NEGATIVE_INFINITY, /a\/"+/giu),
    fc.date({ noInvalidDate: false }),
    fc.uint8Array(),
    fc.float64Array(),
    fc.bigInt64Array(),
    fc.webUrl().map((url) => new URL(url)),
    fc.string().map((name) => Symbol.for(name)),
  ),
  list: fc.array(tie("value"), { maxLength: 5 }),
  record: fc.dictionary(key, tie("value"), { maxKeys: 5, noNullPrototype: true }),
  map: fc
    .array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 })
    .map((entries) => new Map(entries)),
  set: fc.array(tie("value"), { maxLength: 3 }).map((items) => new Set(items)),
})).value;

test("everything that has a tag comes back", () => {
  fc.assert(
    fc.property(tagged, (value) => {
      expect(isDeepStrictEqual(decode(encode(value)), value)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("what came back is written like the first time, cycles included", () => {
  fc.assert(
    fc.property(fc.oneof(tagged, graph), (value) => {
      const once = encode(value);
      expect(encode(decode(once))).toBe(once);
    }),
    { numRuns: 500 },
  );
});

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function countNodes(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, member) => sum + countNodes(member), 1);
}

function hasDollarKey(value: unknown): boolean {
  return JSON.stringify(value).includes('"$');
}

function hasNegativeZero(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return Object.is(value, -0);
  return Object.values(value).some(hasNegativeZero);
}
