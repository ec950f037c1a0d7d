import fc from "fast-check";
import { expect, test } from "vitest";
import { findMember, listElements, sliceValue } from "../src/json-outline.ts";

const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);

/** A JSON text of a value, with odd spaces and escapes, and some of its keys written twice. */
const anyText: fc.Arbitrary<string> = fc.letrec<{ value: string; member: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("null", "true", "false", "0", "-1.5e+3", '""', "{}", "[]", "[ ]", "{ }"),
    fc.string({ unit: "binary" }).map(escapeSome),
    fc.array(tie("value"), { maxLength: 4 }).chain((items) => spaced("[", items, "]")),
    fc.array(tie("member"), { maxLength: 4 }).chain((items) => spaced("{", items, "}")),
  ),
  member: fc
    .tuple(fc.constantFrom("a", "b", 'q"', "é", "]}"), space, space, tie("value"))
    .map(([key, before, after, value]) => `${escapeSome(key)}${before}:${after}${value}`),
})).value;

function spaced(open: string, items: readonly string[], close: string): fc.Arbitrary<string> {
  return fc
    .tuple(space, space)
    .map(
      ([before, after]) => `${open}${before}${items.join(`${after},${before}`)}${after}${close}`,
    );
}

/** The same string, every other character as \uXXXX. */
function escapeSome(text: string): string {
  const escaped = [...Array(text.length).keys()].map((at) =>
    at % 2 === 0
      ? `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`
      : JSON.stringify(text.charAt(at)).slice(1, -1),
  );
  return `"${escaped.join("")}"`;
}

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test("the slice of a value is the whole text of that value, and knows its depth", () => {
  fc.assert(
    fc.property(anyText, space, (text, after) => {
      const { start, end, depth } = sliceValue(`${text}${after}`, 0);
      expect([start, end]).toEqual([0, text.length]);
      // A key that is written twice is as deep as its deepest value, which JSON.parse may drop.
      expect(depth).toBeGreaterThanOrEqual(depthOf(JSON.parse(text)));
    }),
  );
});

test("the slices of an array are its elements", () => {
  fc.assert(
    fc.property(fc.array(anyText), space, (items, between) => {
      const text = `[${between}${items.join(`${between},`)}${between}]`;
      const slices = listElements(text, { start: 0, end: text.length, depth: 1 });
      expect(slices.map(({ start, end }) => text.slice(start, end))).toEqual(items);
    }),
  );
});

test("a member is what JSON.parse gives for its name, the last one where the name repeats", () => {
  // No key of backslashes: JSON.parse of Node 24.21 takes "\u00e9" for "\" once it has parsed an object with that key.
  const name = fc.constantFrom("a", "b", 'q"', "é");
  fc.assert(
    fc.property(fc.array(fc.tuple(name, anyText)), space, name, (members, between, wanted) => {
      const texts = members.map(([key, value]) => `${escapeSome(key)}${between}:${value}`);
      const text = `${between}{${between}${texts.join(`${between},${between}`)}${between}}`;
      const found = findMember(text, wanted);
      const expected = (JSON.parse(text) as Record<string, unknown>)[wanted];
      if (expected === undefined) expect(found).toBeUndefined();
      else expect(JSON.parse(text.slice(found?.start, found?.end))).toEqual(expected);
    }),
  );
});

test("the depth of a text is counted without recursion", () => {
  const deep = "[".repeat(500_000) + "]".repeat(500_000);
  expect(sliceValue(deep, 0)).toEqual({ start: 0, end: 1_000_000, depth: 500_000 });
});

test("a member of a nested object is not taken for one of the outer", () => {
  expect(findMember('{"x":{"events":[1]},"y":"events"}', "events")).toBeUndefined();
});
