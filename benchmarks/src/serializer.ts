/**
 * What it costs to encode a value, beside `JSON.stringify` and what others offer.
 *
 *     node benchmarks/src/main.ts serializer
 */
import { encode } from "@runwire/serializer";
import { stringify as safeStableStringify } from "safe-stable-stringify";
import superjson, { SuperJSON } from "superjson";
import { type Candidate, compare, type Measurement, ratioBetween, toTable } from "./harness.ts";
import { createRichValue, plainEvent, plainResult } from "./serializer-values.ts";

/** The least ratio that is accepted, of our speed to another's. */
interface Goal {
  readonly to: string;
  readonly least: number;
}

interface Case {
  readonly title: string;
  readonly value: object;
  readonly candidates: readonly Candidate[];
  readonly goals: readonly Goal[];
}

const plainGoals: readonly Goal[] = [
  { to: "JSON.stringify", least: 0.75 },
  { to: "superjson", least: 7 },
];

/** The result comes first: a field in it holds 0 and then fractions, which engines stumble over. */
const cases: readonly Case[] = [
  createCase("plain tool result", plainResult, plainGoals, true),
  createCase("plain event", plainEvent, plainGoals, true),
  createCase("rich value", createRichValue(), [{ to: "superjson with stacks", least: 5 }], false),
];

/** As it is, superjson leaves the stacks of errors out, most of the rich value's text. */
const superjsonWithStacks = new SuperJSON();
superjsonWithStacks.allowErrorProps("stack");

for (const { title, value, candidates, goals } of cases) {
  const measurements = compare(candidates);
  console.log(toTable(`${title}, ${encode(value).length} characters`, measurements));
  for (const goal of goals) console.log(verdict(measurements, goal));
  console.log();
}

/** `JSON.stringify` throws at a BigInt and at a cycle: it takes no part in the rich case. */
function createCase(title: string, value: object, goals: readonly Goal[], isPlain: boolean): Case {
  const native = { name: "JSON.stringify", run: () => JSON.stringify(value) };
  const stacks = {
    name: "superjson with stacks",
    run: () => superjsonWithStacks.stringify(value),
  };
  const candidates = [
    isPlain ? native : stacks,
    { name: "superjson", run: () => superjson.stringify(value) },
    { name: "runwire encode", run: () => encode(value) },
    { name: "safe-stable-stringify", run: () => safeStableStringify(value) },
  ];
  return { title, value, candidates, goals };
}

function verdict(measurements: readonly Measurement[], { to, least }: Goal): string {
  const { median, min, max } = ratioBetween(measurements, "runwire encode", to);
  const word = median >= least ? "reached" : "MISSED";
  const spread = `${min.toFixed(2)} … ${max.toFixed(2)}`;
  return `goal ${word}: ${median.toFixed(2)} (${spread}) times ${to}, at least ${least}`;
}
