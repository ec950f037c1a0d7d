import { describe, expect, it } from "vitest";
import {
  clientMessageSchema,
  clientMessageSchemas,
  serverMessageSchema,
  serverMessageSchemas,
} from "../../src/schemas.js";

const id = "1";
const channel = "chat:42/a";
const writer = "w".repeat(22);
const runId = "r1";
const epoch = "e_-1";
const custom = { type: "custom", time: 1, name: "n", offset: 1 };

/** A whole message of each type, then what may be left out of it. */
const client: [message: Record<string, unknown>, optional: string[]][] = [
  [{ type: "hello", token: "t", client: { name: "n", version: "1" } }, ["token", "client"]],
  [{ type: "authenticate", id, token: "t" }, []],
  [{ type: "subscribe", id, channel, from: { epoch, offset: 0 }, runs: 1000 }, ["from", "runs"]],
  [{ type: "unsubscribe", id, channel }, []],
  [{ type: "fetch", id, channel, after: 0, limit: 1000, runId }, ["limit", "runId"]],
  [{ type: "list", id, channel, before: runId, limit: 100 }, ["before", "limit"]],
  [{ type: "publish", id, writer, channel, events: [custom] }, []],
  [{ type: "renew", id, writer, channel, runIds: [runId], take: true }, ["take"]],
  [{ type: "command", id, channel, runId, name: "cancel", data: null }, ["data"]],
  [
    { type: "handled", commandId: id, result: null, error: { code: "c", message: "m" } },
    ["result", "error"],
  ],
  [{ type: "ping", at: 1.5 }, []],
  [{ type: "report", code: "hole", detail: "d" }, ["detail"]],
];

const agent = { name: "a" };
const run = { runId, agent, status: "running", startedAt: 1, first: 1, last: 2 };
const server: [message: Record<string, unknown>, optional: string[]][] = [
  [
    {
      type: "welcome",
      connectionId: "c",
      heartbeat: { intervalMs: 30_000, timeoutMs: 60_000 },
      maxMessageBytes: 1,
      maxEventBytes: 1,
      user: { id: "u" },
      expiresAt: 1,
    },
    ["user", "expiresAt"],
  ],
  [{ type: "authenticated", id, user: { id: "u" }, expiresAt: 1 }, ["user", "expiresAt"]],
  [
    { type: "subscribed", id, channel, epoch, offset: 0, from: 0, reset: "ahead", olderRuns: true },
    ["id", "reset", "olderRuns"],
  ],
  [{ type: "events", channel, after: 0, offset: 1, events: [custom] }, []],
  [{ type: "unsubscribed", id, channel, code: "forbidden" }, ["id", "code"]],
  [
    {
      type: "fetched",
      id,
      channel,
      epoch,
      after: 0,
      offset: 1,
      head: 1,
      events: [],
      trimmed: true,
    },
    ["trimmed"],
  ],
  [{ type: "listed", id, channel, epoch, runs: [run], more: false }, []],
  [{ type: "published", id, epoch, offset: 1 }, []],
  [{ type: "renewed", id, lost: [{ runId, code: "run_taken" }] }, []],
  [{ type: "commanded", id, result: 1 }, ["result"]],
  [
    { type: "command", commandId: id, channel, runId, name: "approve", data: 1, user: { id: "u" } },
    ["data", "user"],
  ],
  [{ type: "pong", at: 1, now: 2, heads: { [channel]: 3 } }, []],
  [{ type: "reconnect", afterMs: 0, reason: "drain" }, []],
  [
    {
      type: "error",
      code: "handler_failed",
      message: "m",
      id,
      channel,
      index: 0,
      reason: "r",
      retryAfterMs: 1,
    },
    ["id", "channel", "index", "reason", "retryAfterMs"],
  ],
];

const sides = [
  ["clientMessageSchema", clientMessageSchema, clientMessageSchemas, client],
  ["serverMessageSchema", serverMessageSchema, serverMessageSchemas, server],
] as const;

describe.each(sides)("%s", (_name, union, schemas, messages) => {
  it("is tried with every type", () => {
    expect(messages.map(([message]) => message.type).sort()).toEqual(Object.keys(schemas).sort());
  });

  it.each(messages)("accepts %j whole, and with fields that it does not know", (message) => {
    expect(union.parse(message)).toEqual(message);
    expect(union.safeParse({ ...message, later: 1 }).success).toBe(true);
  });

  it.each(messages)("tells optional fields from required ones: %j", (message, optional) => {
    for (const field of Object.keys(message)) {
      const { [field]: _left, ...rest } = message;
      expect([field, union.safeParse(rest).success]).toEqual([field, optional.includes(field)]);
    }
  });

  it.each(messages)("refuses null for every field that is not the application's: %j", (message) => {
    for (const field of Object.keys(message)) {
      const isFree = ["data", "result"].includes(field);
      const result = union.safeParse({ ...message, [field]: null });
      expect([field, result.success]).toEqual([field, isFree]);
    }
  });

  it("refuses what is no message", () => {
    for (const value of [null, [], "hello", {}, { type: 1 }, { type: "constructor" }])
      expect(union.safeParse(value).success).toBe(false);
  });
});

function accepts(message: object): boolean {
  return clientMessageSchema.safeParse(message).success;
}

describe("the bounds of a client's message", () => {
  it.each<[boolean, object]>([
    [true, { type: "subscribe", id, channel, from: "now" }],
    [false, { type: "subscribe", id, channel, from: "end" }],
    [false, { type: "subscribe", id, channel, from: { epoch, offset: -1 } }],
    [false, { type: "subscribe", id, channel, from: { epoch: "a b", offset: 1 } }],
    [false, { type: "subscribe", id, channel, runs: 0 }],
    [false, { type: "subscribe", id, channel, runs: 1001 }],
    [false, { type: "subscribe", id, channel: "a//b" }],
    [false, { type: "subscribe", id, channel: "a/../b" }],
    [false, { type: "subscribe", id: "", channel }],
    [false, { type: "subscribe", id: "x".repeat(129), channel }],
    [false, { type: "fetch", id, channel, after: 0.5 }],
    [false, { type: "fetch", id, channel, after: 2 ** 53 }],
    [false, { type: "fetch", id, channel, after: 0, limit: 1001 }],
    [false, { type: "list", id, channel, limit: 101 }],
    [false, { type: "publish", id, writer, channel, events: [] }],
    [true, { type: "publish", id, writer, channel, events: Array(256).fill("no event") }],
    [false, { type: "publish", id, writer, channel, events: Array(257).fill(0) }],
    [false, { type: "renew", id, writer, channel, runIds: [] }],
    [false, { type: "renew", id, writer, channel, runIds: Array(257).fill(runId) }],
    [false, { type: "renew", id, writer, channel, runIds: ["a/b"] }],
    [false, { type: "renew", id, writer, channel, runIds: [runId], take: false }],
    [true, { type: "report", code: "c", detail: "é".repeat(1024) }],
    [false, { type: "report", code: "c", detail: "é".repeat(1025) }],
  ])("%s for %j", (isAccepted, message) => {
    expect(accepts(message)).toBe(isAccepted);
  });
});

it("takes events of an unknown type in events and fetched, but no bad one of a known type", () => {
  const events = { type: "events", channel, after: 0, offset: 1 };
  const unknown = { type: "agent_dreaming", time: 1, offset: 1, of: "sheep" };
  expect(serverMessageSchema.parse({ ...events, events: [unknown] })).toEqual({
    ...events,
    events: [unknown],
  });
  const bad = { ...custom, name: "" };
  expect(serverMessageSchema.safeParse({ ...events, events: [bad] }).success).toBe(false);
});
