import { describe, expect, test } from "vitest";
import { decode, decodeValue, encode, hasTag, isRunwireError } from "../src/index.js";

describe("decode", () => {
  test.each(["", "{", "undefined", "{'a':1}", "[1,]", "NaN", "\ufeff1"])(
    "throws one typed error on text that is not JSON: %j",
    (text) => {
      let caught: unknown;
      try {
        decode(text);
      } catch (error) {
        caught = error;
      }
      expect(isRunwireError(caught)).toBe(true);
      expect(caught).toMatchObject({ code: "invalid_json", cause: expect.any(SyntaxError) });
    },
  );

  test.each([undefined, null, 5, {}])(
    "throws the same error for %s in place of a text",
    (value) => {
      // A caller without types, or with a frame that it took for text.
      expect(() => decode(value as unknown as string)).toThrow(
        expect.objectContaining({ code: "invalid_json" }),
      );
    },
  );

  test.each([
    '{"$date":"not a date"}',
    '{"$date":5}',
    '{"$bigint":"1.5"}',
    '{"$bigint":"0x10"}',
    '{"$number":"12"}',
    '{"$undefined":false}',
    '{"$map":[[1]]}',
    '{"$map":{}}',
    '{"$set":1}',
    '{"$bytes":"***"}',
    '{"$bytes":"AQID","type":"Uint16Array"}',
    '{"$bytes":"AQID","type":"Function"}',
    '{"$bytes":"AQID","type":"constructor"}',
    '{"$bytes":"AQID","more":1}',
    '{"$url":"no url"}',
    '{"$regexp":"no slashes"}',
    '{"$regexp":"/(/"}',
    '{"$error":5}',
    '{"$error":{"name":"E"}}',
    '{"$escape":1}',
    '{"$ref":"/nowhere"}',
    '{"$ref":"/$ref"}',
    '{"$truncated":{"reason":"maxNodes","omitted":3}}',
    '{"$function":"work"}',
    '{"$unserializable":"getter threw: no"}',
    '{"$temporal":"2026-01-01"}',
    '{"$":1}',
    '{"$date":null,"more":1}',
  ])("[RW-EVT-14] takes what is no tag, or none that it knows, as a plain object: %s", (text) => {
    expect(decode(text)).toStrictEqual(JSON.parse(text));
    expect(decode(`[${text}]`)).toStrictEqual([JSON.parse(text)]);
  });

  test("revives the members of an unknown tag", () => {
    expect(decode('{"$new":{"at":{"$date":null}}}')).toStrictEqual({
      $new: { at: new Date(Number.NaN) },
    });
  });

  test("keeps the JSON where tags are to be kept", () => {
    const text = encode({ at: new Date(0), self: [1n] });
    expect(decode(text, { tags: "keep" })).toStrictEqual(JSON.parse(text));
  });

  test("keeps __proto__ and constructor as data", () => {
    const text =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"d":{"$date":null}}';
    const value = decode(text) as object;
    expect(Object.keys(value)).toStrictEqual(["__proto__", "constructor", "d"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect("polluted" in {}).toBe(false);
    expect(encode(value)).toBe(text);
  });

  test("revives a tag that stands under __proto__, and one that holds it", () => {
    const value = decode(
      '{"__proto__":{"$set":[1]},"a":{"$escape":{"__proto__":{"$x":1},"$b":2}}}',
    );
    expect(Object.getOwnPropertyDescriptor(value, "__proto__")?.value).toStrictEqual(new Set([1]));
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect("$x" in Object((value as { a: object }).a)).toBe(false);
  });

  test("reads 100,000 levels", () => {
    const depth = 100_000;
    let value = decode(`${"[".repeat(depth)}{"$date":null}${"]".repeat(depth)}`);
    for (let level = 0; level < depth; level++) value = (value as unknown[])[0];
    expect(value).toBeInstanceOf(Date);
  });

  test("follows references of other encoders, and leaves those that lead nowhere or in a circle", () => {
    const value = decode(
      '{"a":{"b":[1]},"c":{"$ref":"/a/b"},"d":{"$ref":"/e"},"e":{"$ref":"/d"}}',
    ) as {
      a: { b: unknown };
      c: unknown;
      d: unknown;
    };
    expect(value.c).toBe(value.a.b);
    expect(value.d).toStrictEqual({ $ref: "/e" });
  });

  test("finds tags whose key was written with an escape", () => {
    expect(decode('{"\\u0024date":null}')).toStrictEqual(new Date(Number.NaN));
  });
});

describe("hasTag", () => {
  test("is certain where it says no", () => {
    expect(hasTag(encode({ price: "5 $", list: ["a$"] }))).toBe(false);
    expect(hasTag(encode([1n]))).toBe(true);
    expect(hasTag('{"\\u0024date":null}')).toBe(true);
  });
});

describe("decodeValue", () => {
  test("revives a value that was parsed elsewhere, references from itself", () => {
    const output: Record<string, unknown> = { at: new Date(0) };
    output.self = output;
    const event = JSON.parse(`{"type":"tool_completed","output":${encode(output)}}`);
    const back = decodeValue(event.output) as typeof output;
    expect(back.at).toStrictEqual(new Date(0));
    expect(back.self).toBe(back);
  });
});
