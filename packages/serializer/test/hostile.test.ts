import { describe, expect, test, vi } from "vitest";
import { decode, encode } from "../src/index.js";

vi.setConfig({ testTimeout: 30_000 });

function fail(message = "hostile"): never {
  throw new Error(message);
}

function nest(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = "end";
  for (let level = 0; level < levels; level++) value = wrap(value);
  return value;
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const trapNames = ["get", "has", "ownKeys", "getPrototypeOf", "getOwnPropertyDescriptor"] as const;

describe("what throws when it is read", () => {
  test("leaves a mark where a getter threw, and the rest as it is", () => {
    const value = {
      a: 1,
      get b() {
        return fail("not yours");
      },
      c: new Date(0),
    };
    expect(JSON.parse(encode(value))).toStrictEqual({
      a: 1,
      b: { $unserializable: "getter threw: not yours" },
      c: { $date: "1970-01-01T00:00:00.000Z" },
    });
  });

  test("leaves a mark where an element's getter threw", () => {
    const value = [1, 2];
    Object.defineProperty(value, 0, { get: () => fail("no") });
    expect(encode(value)).toBe('[{"$unserializable":"getter threw: no"},2]');
  });

  test("leaves a mark where toJSON threw", () => {
    const value = { toJSON: () => fail("no"), other: 1 };
    expect(encode([value])).toBe('[{"$unserializable":"toJSON threw: no"}]');
  });

  test.each(trapNames)("survives a Proxy whose trap %s throws", (trap) => {
    for (const target of [{ a: 1 }, [1], new Map(), new Error("x"), () => 1]) {
      const proxy = new Proxy(target, { [trap]: () => fail() });
      for (const value of [proxy, [proxy], { a: proxy }, new Map([[proxy, proxy]])]) {
        expect(() => JSON.parse(encode(value))).not.toThrow();
      }
    }
    const text = encode([new Proxy({ a: 1 }, { [trap]: () => fail("trap") })]);
    // JSON asks neither `has` nor descriptors of an object that turns out to be plain.
    if (trap === "getPrototypeOf" || trap === "ownKeys") expect(text).toContain("$unserializable");
  });

  test("keeps what an object has of its own where its prototype is a Proxy that throws", () => {
    const prototype = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error("not yours");
        },
      },
    );
    const value: unknown = Object.create(prototype, { own: { value: 1, enumerable: true } });
    expect(encode({ value })).toBe('{"value":{"own":1}}');
  });

  test("survives a revoked Proxy of anything", () => {
    for (const target of [{}, [], new Date(), () => 1, class {}]) {
      const value = revoked(target);
      expect(() => JSON.parse(encode(value))).not.toThrow();
      expect(() => JSON.parse(encode({ a: [value] }))).not.toThrow();
    }
    expect(encode(revoked({}))).toContain("$unserializable");
  });

  test("asks no thrown array for its text, which may never end", () => {
    const thrown = nest(22, (inner) => [inner, inner]);
    const value = {
      get a() {
        throw thrown;
      },
      get b() {
        throw Object.assign(new Error(), { message: thrown });
      },
    };
    const mark = { $unserializable: "getter threw: an array" };
    expect(JSON.parse(encode(value))).toStrictEqual({ a: mark, b: mark });
  });

  test("survives a thrown thing that has no text", () => {
    const thrown = { toString: () => fail() };
    const value = {
      get a() {
        throw thrown;
      },
    };
    expect(encode(value)).toBe(
      '{"a":{"$unserializable":"getter threw: something that has no text"}}',
    );
    expect(
      encode({
        get a() {
          throw revoked({});
        },
      }),
    ).toContain("$unserializable");
  });

  test("keeps the reason short and whole", () => {
    const long = `${"x".repeat(185)}😀😀😀`;
    const { a } = JSON.parse(
      encode({
        get a() {
          return fail(long);
        },
      }),
    );
    expect(a.$unserializable.length).toBeLessThanOrEqual(200);
    expect(a.$unserializable.isWellFormed()).toBe(true);
  });

  test("survives a throwing Symbol.toStringTag and Symbol.toPrimitive", () => {
    class Hostile {
      readonly a = 1;
      get [Symbol.toStringTag](): string {
        return fail();
      }
      [Symbol.toPrimitive](): never {
        return fail();
      }
    }
    expect(() => JSON.parse(encode([new Hostile()]))).not.toThrow();
    expect(encode({ a: { [Symbol.toPrimitive]: fail } })).toBe('{"a":{}}');
  });

  test("survives a function whose name throws", () => {
    const work = Object.defineProperty(() => 1, "name", { get: () => fail() });
    expect(encode(work)).toBe('{"$function":""}');
  });
});

describe("what answers differently the second time", () => {
  /** Plain at first, then each of these. */
  const seconds: readonly unknown[] = [1n, undefined, Symbol("x"), new Date(0), { $date: 1 }];

  test.each(seconds)("is still valid JSON: then %s", (second) => {
    const fickle = (reads: number) => {
      let left = reads;
      return {
        get a() {
          return left-- > 0 ? "plain" : second;
        },
      };
    };
    for (const reads of [1, 2, 3]) {
      expect(() => JSON.parse(encode(fickle(reads)))).not.toThrow();
      expect(() => JSON.parse(encode([1n, fickle(reads)]))).not.toThrow();
    }
  });

  test("costs the rest of the value nothing, where it then cannot be written", () => {
    let reads = 0;
    const value = {
      at: new Date(0),
      part: {
        get a() {
          return ++reads === 2 ? 1n : "plain";
        },
      },
    };
    expect(encode(value)).toBe('{"at":{"$date":"1970-01-01T00:00:00.000Z"},"part":{"a":"plain"}}');
  });
});

describe("toJSON", () => {
  test("of a class instance is what is written, tags included", () => {
    class Money {
      readonly cents = 150n;
      toJSON(key: string): unknown {
        return { key, cents: this.cents };
      }
    }
    expect(encode({ price: new Money() })).toBe(
      '{"price":{"key":"price","cents":{"$bigint":"150"}}}',
    );
    expect(encode([new Money()])).toBe('[{"key":"0","cents":{"$bigint":"150"}}]');
    expect(encode(new Money())).toBe('{"key":"","cents":{"$bigint":"150"}}');
  });

  test("is not asked again of what it returned", () => {
    const value = {
      a: 1,
      toJSON() {
        return this;
      },
    };
    expect(encode(value)).toBe('{"a":1,"toJSON":{"$function":"toJSON"}}');
  });

  test("of a class is not asked again of the instance that it returned", () => {
    class Same {
      readonly a = 1;
      toJSON() {
        return this;
      }
    }
    expect(encode([new Same(), 1n])).toBe('[{"a":1},{"$bigint":"1"}]');
  });

  test("that returns ever deeper objects ends at maxDepth", () => {
    class Endless {
      toJSON(): unknown {
        return { next: new Endless() };
      }
    }
    expect(depthOf(JSON.parse(encode(new Endless())))).toBeLessThanOrEqual(64);
  });

  test("that is no function is data", () => {
    expect(encode({ toJSON: 1 })).toBe('{"toJSON":1}');
  });

  test("that a page puts on every object changes no plain value's text into nothing", () => {
    try {
      Object.defineProperty(Object.prototype, "toJSON", {
        value: () => undefined,
        configurable: true,
      });
      expect(() => JSON.parse(encode({ a: [1] }))).not.toThrow();
    } finally {
      Reflect.deleteProperty(Object.prototype, "toJSON");
    }
  });
});

describe("cycles and repeats", () => {
  test("a cycle comes back as a cycle", () => {
    const value: Record<string, unknown> = { list: [1n] };
    value.self = value;
    (value.list as unknown[]).push(value.list, { up: value });
    expect(encode(value)).toBe(
      '{"list":[{"$bigint":"1"},{"$ref":"/list"},{"up":{"$ref":""}}],"self":{"$ref":""}}',
    );
    const back = decode(encode(value)) as typeof value;
    expect(back.self).toBe(back);
    expect((back.list as unknown[])[1]).toBe(back.list);
    expect((back.list as { up: unknown }[])[2]?.up).toBe(back);
  });

  test("a cycle through Map, Set and keys that a pointer escapes comes back", () => {
    const map = new Map<unknown, unknown>();
    const set = new Set<unknown>([map]);
    const value = { "a/b~c": map };
    map.set("set", set).set(map, value);
    const back = decode(encode(value)) as typeof value;
    const backMap = back["a/b~c"];
    expect(backMap.get(backMap)).toBe(back);
    expect([...(backMap.get("set") as Set<unknown>)]).toStrictEqual([backMap]);
  });

  test("a cycle through an object whose keys look like tags comes back", () => {
    const value: Record<string, unknown> = { $a: 1 };
    value.self = [value];
    const back = decode(encode(value)) as { self: unknown[]; $a: number };
    expect(back.self[0]).toBe(back);
    expect(back.$a).toBe(1);
  });

  test("an object that merely repeats is written out again", () => {
    const shared = { at: new Date(0) };
    const plain = { a: 1 };
    expect(decode(encode([shared, shared, plain, plain, 1n]))).toStrictEqual([
      shared,
      shared,
      plain,
      plain,
      1n,
    ]);
    expect(encode([shared, shared])).not.toContain("$ref");
  });
});

describe("size", () => {
  test("100,000 levels of nesting end at maxDepth, of objects, arrays, Maps, errors and causes", () => {
    const wraps = [
      (inner: unknown) => ({ inner }),
      (inner: unknown) => [inner],
      (inner: unknown) => new Map([["inner", inner]]),
      (inner: unknown) => new Set([inner]),
      (inner: unknown) => ({ $tag: inner }),
    ];
    for (const wrap of wraps) {
      const text = encode(nest(100_000, wrap));
      expect(text).toContain('"$truncated":{"reason":"maxDepth"}');
      expect(depthOf(JSON.parse(text))).toBeLessThanOrEqual(64);
    }
    const error = nest(1_000, (cause) => new Error("no", { cause }));
    expect(depthOf(JSON.parse(encode(error)))).toBeLessThanOrEqual(64);
  });

  test("[x, x] nested 40 deep ends at maxNodes", () => {
    const text = encode(nest(40, (inner) => [inner, inner]));
    expect(text).toContain('"reason":"maxNodes"');
    expect(text.length).toBeLessThanOrEqual(1_048_576);
  });

  test("a Set and a Map that grow while they are read end at maxNodes", () => {
    const set = new Set<unknown>();
    const growSet = () => ({ toJSON: () => set.add(growSet()).size });
    const map = new Map<unknown, unknown>();
    const growMap = () => ({ toJSON: () => map.set(growMap(), 1).size });
    set.add(growSet());
    map.set(growMap(), 1);
    const limits = { maxNodes: 10 };
    const mark = '{"$truncated":{"reason":"maxNodes","omitted":1}}';
    expect(encode(set, { limits })).toBe(`{"$set":[2,3,4,5,6,${mark}]}`);
    expect(encode(map, { limits })).toBe(`{"$map":[[2,1],[3,1],[4,1],${mark}]}`);
  });

  test("an array of 1,000,000,000 holes is one mark", () => {
    expect(encode(new Array(1e9))).toBe(
      '[{"$truncated":{"reason":"sparse","omitted":1000000000}}]',
    );
  });

  test("long runs of holes are marked between what is there, short ones are undefined", () => {
    const value: unknown[] = [];
    value[0] = "a";
    value[3] = "b";
    value[1_000_000] = "c";
    value[1_000_101] = "d";
    expect(JSON.parse(encode(value))).toStrictEqual([
      "a",
      { $undefined: true },
      { $undefined: true },
      "b",
      { $truncated: { reason: "sparse", omitted: 999_996 } },
      "c",
      ...Array.from({ length: 100 }, () => ({ $undefined: true })),
      "d",
    ]);
  });

  test("a sparse array with members that are no indexes is read to its end", () => {
    const value = Object.assign(new Array(500), { extra: 1 });
    expect(encode(value)).toBe('[{"$truncated":{"reason":"sparse","omitted":500}}]');
  });

  test("a BigInt of a million digits is marked, in no time", () => {
    const huge = 10n ** 1_000_000n;
    const start = performance.now();
    expect(encode([huge])).toBe('[{"$truncated":{"reason":"maxStringLength","type":"bigint"}}]');
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  test("100,000 times the same large string ends at maxBytes, without being built", () => {
    const text = "x".repeat(200_000);
    const json = encode(Array.from({ length: 50_000 }, () => text));
    expect(json.length).toBeLessThanOrEqual(1_048_576);
    expect(json).toContain('"reason":"maxBytes"');
  });

  test("a Proxy that claims endless length ends at maxNodes", () => {
    const endless = new Proxy([] as unknown[], {
      get: (_, key) => (key === "length" ? 2 ** 53 : 1n),
    });
    expect(encode(endless, { limits: { maxNodes: 3 } })).toContain('"reason":"maxNodes"');
  });

  test("works where the call stack is almost full", () => {
    const results: string[] = [];
    const dive = (): void => {
      try {
        dive();
      } catch {
        // Each caller on the way up has a little more room.
      }
      if (results.length < 50) results.push(tryEncode());
    };
    dive();
    expect(results).toHaveLength(50);
    for (const json of results.filter((result) => result !== "no room to call")) {
      expect(() => JSON.parse(json)).not.toThrow();
    }

    function tryEncode(): string {
      try {
        return encode({ at: new Date(0), list: [[[[1n]]]] });
      } catch {
        return "no room to call";
      }
    }
  });
});

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
