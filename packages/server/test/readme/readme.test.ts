import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { defaultServerOptions } from "../../src/index.ts";

const text = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

const shown = new Map(
  [...text.matchAll(/^\| `(\w+\.\w+)` \| ([^|]+) \|/gm)].map(([, name, value]) => [name, value]),
);

const actual = Object.entries(defaultServerOptions).flatMap(([group, values]) =>
  Object.entries(values).map(([name, value]) => [`${group}.${name}`, toShown(value)] as const),
);

type Value = number | { readonly perSecond: number; readonly burst: number } | undefined;

function toShown(value: Value): string {
  if (value === undefined) return "none";
  if (typeof value === "number") return `${value}`;
  return `${value.perSecond} a second, ${value.burst} at once`;
}

test("the table of options shows every option with the default that it has, and no other", () => {
  expect([...shown].sort()).toEqual([...actual].sort());
});
