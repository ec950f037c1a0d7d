import * as z from "zod";
import { protocolLimits } from "../wire/limits.js";
import { optional } from "./leaf.js";
import {
  channelName,
  epoch,
  integer,
  name,
  offset,
  reportDetail,
  requestId,
  runId,
} from "./leaves.js";

/** The messages of a client, as `PROTOCOL.md` §§ 3 to 7 name them. Unknown fields are allowed. */

const text = z.string();
const value = z.unknown();

/** The first message on a socket. */
export const helloSchema = z.object({
  type: z.literal("hello"),
  token: optional(text),
  client: optional(z.object({ name: text, version: text })),
});

/** A fresh token on the living connection. */
export const authenticateSchema = z.object({
  type: z.literal("authenticate"),
  id: requestId,
  token: text,
});

/** “I have everything up to and including this.” */
export const positionSchema = z.object({ epoch, offset });

/** Asks for a channel, from its start, from now on, or after a position. */
export const subscribeSchema = z.object({
  type: z.literal("subscribe"),
  id: requestId,
  channel: channelName,
  from: optional(z.union([z.enum(["start", "now"]), positionSchema])),
  runs: optional(integer(1, protocolLimits.maxRunsPerSubscribe)),
});

/** Ends the subscription of a channel. */
export const unsubscribeSchema = z.object({
  type: z.literal("unsubscribe"),
  id: requestId,
  channel: channelName,
});

/** Asks for a page of the log, unmerged. */
export const fetchSchema = z.object({
  type: z.literal("fetch"),
  id: requestId,
  channel: channelName,
  after: offset,
  limit: optional(integer(1, protocolLimits.maxFetchLimit)),
  runId: optional(runId),
});

/** Asks for the runs of a channel, the newest root run first. */
export const listSchema = z.object({
  type: z.literal("list"),
  id: requestId,
  channel: channelName,
  before: optional(runId),
  limit: optional(integer(1, protocolLimits.maxListLimit)),
});

/**
 * A publish whose events are not looked into: each of them is then judged by `runwireEventSchema`, so
 * that a bad one is answered `invalid_event` with its index, and not `bad_message`.
 */
export const publishSchema = z.object({
  type: z.literal("publish"),
  id: requestId,
  writer: requestId,
  channel: channelName,
  events: z.array(value).min(1).max(protocolLimits.maxEventsPerPublish),
});

/** Renews the leases of a writer's runs, or takes them over. */
export const renewSchema = z.object({
  type: z.literal("renew"),
  id: requestId,
  writer: requestId,
  channel: channelName,
  runIds: z.array(runId).min(1).max(protocolLimits.maxRunsPerRenew),
  take: optional(z.literal(true)),
});

/** A person's command to a run. */
export const commandSchema = z.object({
  type: z.literal("command"),
  id: requestId,
  channel: channelName,
  runId,
  name,
  data: optional(value),
});

/** A writer's answer to a command. */
export const handledSchema = z.object({
  type: z.literal("handled"),
  commandId: requestId,
  result: optional(value),
  error: optional(z.object({ code: text, message: text })),
});

/** Asks whether the other side is there. */
export const pingSchema = z.object({ type: z.literal("ping"), at: z.number() });

/** Tells of a malformed message, a hole or a decoding error. */
export const reportSchema = z.object({
  type: z.literal("report"),
  code: text,
  detail: optional(reportDetail),
});

/** The schema of each message of a client, by its type. */
export const clientMessageSchemas = {
  hello: helloSchema,
  authenticate: authenticateSchema,
  subscribe: subscribeSchema,
  unsubscribe: unsubscribeSchema,
  fetch: fetchSchema,
  list: listSchema,
  publish: publishSchema,
  renew: renewSchema,
  command: commandSchema,
  handled: handledSchema,
  ping: pingSchema,
  report: reportSchema,
} as const;

/**
 * Whatever a client sends.
 *
 * @example
 * const result = clientMessageSchema.safeParse(JSON.parse(frame));
 * if (!result.success) refuse("bad_message", describeSchemaError(result.error));
 */
export const clientMessageSchema = z.discriminatedUnion("type", [
  helloSchema,
  authenticateSchema,
  subscribeSchema,
  unsubscribeSchema,
  fetchSchema,
  listSchema,
  publishSchema,
  renewSchema,
  commandSchema,
  handledSchema,
  pingSchema,
  reportSchema,
]);
