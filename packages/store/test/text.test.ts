import { expect, it } from "vitest";
import { fromText, toOrderedText, toText } from "../src/sqlite/text.js";

const names = ["1", "9", "10", "99", "100", "123456789012345", "1234567890123456", "01", "0", "-1"];
const hostile = ["\\19", "\\\\19", "19", '"', "\u0000", "\ud800", "ä", "\\u0031", ""];

it("keeps every name apart from every other", () => {
  const all = [...names, ...hostile];
  expect(new Set(all.map(toText)).size).toBe(all.length);
  expect(new Set(all.map(toOrderedText)).size).toBe(all.length);
  expect(all.map(toText).map(fromText)).toEqual(all);
});

it("puts counters in the order of their size", () => {
  const counters = names.slice(0, 6);
  expect(counters.map(toOrderedText).toSorted()).toEqual(counters.map(toOrderedText));
});
