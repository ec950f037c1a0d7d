import * as fc from "fast-check";
import { expect, it } from "vitest";
import type * as z from "zod";
import {
  clientMessageSchema,
  describeSchemaError,
  runwireEventSchema,
  serverMessageSchema,
} from "../../src/schemas.js";

function sentence(schema: z.ZodType, value: unknown): string {
  const result = schema.safeParse(value);
  return result.success ? "accepted" : describeSchemaError(result.error);
}

const tool = { type: "tool_executing", runId: "r", time: 1, toolCallId: "t", name: "n" };
const subscribe = { type: "subscribe", id: "1", channel: "c" };
const events = { type: "events", channel: "c", after: 0, offset: 1 };

it.each<[z.ZodType, unknown, string]>([
  [runwireEventSchema, 7, "the value must be of type object"],
  [runwireEventSchema, { type: "secret" }, "type must be a known type"],
  [
    runwireEventSchema,
    { ...tool, status: "secret" },
    "status must be one of preparing, awaiting_approval, running",
  ],
  [
    runwireEventSchema,
    { ...tool, status: "running", progress: { fraction: 2 } },
    "progress.fraction must be a number from 0 to 1",
  ],
  [
    runwireEventSchema,
    { ...tool, status: "running", runId: "secret / id" },
    "runId must be 1 to 128 of A-Z a-z 0-9 . _ : @ + -",
  ],
  [
    runwireEventSchema,
    { ...tool, status: "running", progress: { message: 1 } },
    "progress.message must be of type string",
  ],
  [clientMessageSchema, { ...subscribe, runs: 0 }, "runs must be an integer from 1 to 1000"],
  [clientMessageSchema, { ...subscribe, from: "secret" }, "from must be one of start, now"],
  [
    clientMessageSchema,
    { ...subscribe, from: { epoch: "e", offset: -1 } },
    "from.offset must be an integer from 0 to 9007199254740991",
  ],
  [
    clientMessageSchema,
    { type: "publish", id: "1", writer: "w", channel: "c", events: [] },
    "events must hold at least 1",
  ],
  [
    clientMessageSchema,
    { type: "renew", id: "1", writer: "w", channel: "c", runIds: ["r"], take: false },
    "take must be true",
  ],
  [
    serverMessageSchema,
    { ...events, events: [{ type: "custom", time: 1, name: "n" }] },
    "events[0].offset must be an integer from 1 to 9007199254740991",
  ],
  [
    serverMessageSchema,
    { ...events, events: [{ ...tool, status: "running", offset: 1, time: "x" }] },
    "events[0].time must be an integer, milliseconds since 1970-01-01T00:00Z",
  ],
  [
    serverMessageSchema,
    { type: "pong", at: 1, now: 1, heads: { c: -1 } },
    "heads.c must be an integer from 0 to 9007199254740991",
  ],
])("names path and rule (%#)", (schema, value, expected) => {
  expect(sentence(schema, value)).toBe(expected);
});

it("never holds the value, and is always one short line", () => {
  const secret = "s3cr3t\n";
  const field = fc.constantFrom("type", "runId", "time", "status", "name", "input", "progress");
  const broken = fc.oneof(
    fc.constant(secret.repeat(100)),
    fc.constant([secret]),
    fc.constant({ fraction: secret }),
  );
  fc.assert(
    fc.property(field, broken, (name, value) => {
      const said = sentence(runwireEventSchema, { ...tool, status: "running", [name]: value });
      expect(said).not.toContain("s3cr3t");
      expect(said).not.toContain("\n");
      expect(said.length).toBeLessThan(200);
    }),
  );
});
