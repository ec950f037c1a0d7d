import { readdirSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import {
  eventTypes,
  isChannelName,
  isEpoch,
  isName,
  isRequestId,
  isRunId,
} from "../../src/index.js";
import { toJsonSchemas } from "../../src/schemas/json-schemas.js";
import { channelName, epoch, name, requestId, runId } from "../../src/schemas/leaves.js";
import { clientMessageSchemas, serverMessageSchemas } from "../../src/schemas.js";

const folder = new URL("../../json-schema/", import.meta.url);
const schemas = toJsonSchemas();
const remedy = "run: node packages/protocol/scripts/write-json-schemas.mjs";

describe("the files in json-schema", () => {
  it("are one for each event and message", () => {
    const expected = [
      ...eventTypes.map((type) => `event-${type.replaceAll("_", "-")}.json`),
      ...Object.keys(clientMessageSchemas).map((type) => `client-${type}.json`),
      ...Object.keys(serverMessageSchemas).map((type) => `server-${type}.json`),
      ...["client-message.json", "event.json", "logged-event.json"],
      ...["position.json", "server-message.json"],
    ];
    expect(readdirSync(folder).sort(), remedy).toEqual(expected.sort());
    expect(Object.keys(schemas).sort()).toEqual(expected.sort());
  });

  it.each(Object.entries(schemas))("are what zod makes of the schemas: %s", (file, schema) => {
    const written: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    expect(written, remedy).toEqual(JSON.parse(JSON.stringify(schema)));
  });
});

/** The pattern and lengths that a leaf tells other languages. */
function isMatch(leaf: z.ZodType, text: string): boolean {
  const { pattern, minLength = 0, maxLength = Infinity } = z.toJSONSchema(leaf);
  if (text.length < minLength || text.length > maxLength) return false;
  return pattern === undefined || new RegExp(pattern).test(text);
}

describe("the patterns for other languages", () => {
  const unit = fc.constantFrom(
    "a",
    "Z",
    "0",
    ".",
    "..",
    "/",
    ":",
    "_",
    "@",
    "+",
    "-",
    " ",
    "é",
    "\n",
  );
  const text = fc.oneof(
    fc.string({ unit, maxLength: 12 }),
    fc.string({ unit: fc.constant("a"), minLength: 60, maxLength: 210 }),
    fc.string(),
  );
  const leaves = [
    ["channel", channelName, isChannelName],
    ["runId", runId, isRunId],
    ["epoch", epoch, isEpoch],
    ["name", name, isName],
    ["id", requestId, isRequestId],
  ] as const;

  it.each(leaves)("take what the guard takes: %s", (_name, leaf, guard) => {
    fc.assert(
      fc.property(text, (value) => {
        expect(isMatch(leaf, value)).toBe(guard(value));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a validator that knows only the JSON Schema", () => {
  function judge(file: string, value: unknown): boolean {
    return z.fromJSONSchema(JSON.parse(JSON.stringify(schemas[file]))).safeParse(value).success;
  }
  const event = { type: "custom", time: 1, name: "n" };
  const publish = { type: "publish", id: "1", writer: "w", channel: "c", events: [event] };

  it("tells good from bad, and allows unknown fields", () => {
    expect(judge("client-publish.json", { ...publish, later: 1 })).toBe(true);
    expect(judge("client-publish.json", { ...publish, events: [] })).toBe(false);
    expect(judge("client-publish.json", { ...publish, events: [{ ...event, name: "" }] })).toBe(
      false,
    );
    expect(judge("event.json", { ...event, later: 1 })).toBe(true);
    expect(judge("logged-event.json", event)).toBe(false);
    expect(judge("client-message.json", { type: "ping" })).toBe(false);
  });
});
