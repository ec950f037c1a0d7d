import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decode, defaultLimits, encode } from "../src/index.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the README names every limit with its default", () => {
  for (const [name, value] of Object.entries(defaultLimits)) {
    expect(readme).toContain(`| \`${name}\` | ${value.toLocaleString("en-US")} |`);
  }
});

test("every tag that the README shows is one that decode reads and encode writes again", () => {
  const shown = [...readme.matchAll(/`(\{"\$(?!function|truncated|unserializable|ref).*?\})`/g)];
  expect(shown.length).toBeGreaterThan(10);
  for (const [, text = ""] of shown) expect(encode(decode(text))).toBe(text);
});
