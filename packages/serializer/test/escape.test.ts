import { describe, expect, test } from "vitest";
import { decode, encode } from "../src/index.js";

describe("[RW-EVT-15] a plain object with a key that begins with $", () => {
  test.each([
    [{ $date: "no date" }, '{"$escape":{"$date":"no date"}}'],
    [{ a: 1, $new: 2 }, '{"$escape":{"a":1,"$new":2}}'],
    [{ $: null }, '{"$escape":{"$":null}}'],
    [[{ $escape: {} }], '[{"$escape":{"$escape":{}}}]'],
  ])("is written under $escape, and comes back: %j", (value, text) => {
    expect(encode(value)).toBe(text);
    expect(decode(text)).toStrictEqual(value);
  });

  test("is told from one that holds such a text elsewhere", () => {
    const value = { a: "$date", list: ["$map"] };
    expect(encode(value)).toBe(JSON.stringify(value));
  });
});
