import * as z from "zod";
import { type ErrorCode, errorCodes } from "../wire/codes.js";
import { agentSchema, runOutcomeSchema } from "./event-schemas.js";
import { optional } from "./leaf.js";
import {
  channelName,
  epoch,
  eventOffset,
  integer,
  name,
  offset,
  requestId,
  runId,
  time,
} from "./leaves.js";
import { receivedEventSchema } from "./logged-event-schemas.js";

/** The messages of a server. Unknown fields and events of unknown types are allowed. */

const text = z.string();
const value = z.unknown();
const count = integer(0, Number.MAX_SAFE_INTEGER);
// The keys of the table are the codes.
const errorCode = z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]);

/** Whom the application made of the credentials. */
export const userRefSchema = z.object({ id: text });

export const welcomeSchema = z.object({
  type: z.literal("welcome"),
  connectionId: text,
  heartbeat: z.object({ intervalMs: count, timeoutMs: count }),
  maxMessageBytes: count,
  maxEventBytes: count,
  user: optional(userRefSchema),
  expiresAt: optional(time),
});

export const authenticatedSchema = z.object({
  type: z.literal("authenticated"),
  id: requestId,
  user: optional(userRefSchema),
  expiresAt: optional(time),
});

export const subscribedSchema = z.object({
  type: z.literal("subscribed"),
  id: optional(requestId),
  channel: channelName,
  epoch,
  offset,
  from: offset,
  reset: optional(z.enum(["epoch", "ahead", "trimmed"])),
  olderRuns: optional(z.literal(true)),
});

export const eventsSchema = z.object({
  type: z.literal("events"),
  channel: channelName,
  after: offset,
  offset,
  events: z.array(receivedEventSchema),
});

export const unsubscribedSchema = z.object({
  type: z.literal("unsubscribed"),
  id: optional(requestId),
  channel: channelName,
  code: optional(errorCode),
});

export const fetchedSchema = z.object({
  type: z.literal("fetched"),
  id: requestId,
  channel: channelName,
  epoch,
  after: offset,
  offset,
  head: offset,
  events: z.array(receivedEventSchema),
  trimmed: optional(z.literal(true)),
});

/** A run as `list` tells of it. */
export const runSummarySchema = z.object({
  runId,
  parentRunId: optional(runId),
  agent: agentSchema,
  title: optional(text),
  status: z.enum(["running", ...runOutcomeSchema.options]),
  startedAt: time,
  completedAt: optional(time),
  first: eventOffset,
  last: eventOffset,
  moreDescendants: optional(z.literal(true)),
});

export const listedSchema = z.object({
  type: z.literal("listed"),
  id: requestId,
  channel: channelName,
  epoch,
  runs: z.array(runSummarySchema),
  more: z.boolean(),
});

export const publishedSchema = z.object({
  type: z.literal("published"),
  id: requestId,
  epoch,
  offset: eventOffset,
});

export const renewedSchema = z.object({
  type: z.literal("renewed"),
  id: requestId,
  lost: z.array(
    z.object({
      runId,
      code: z.enum(["run_completed", "run_not_found", "run_taken", "forbidden"]),
    }),
  ),
});

export const commandedSchema = z.object({
  type: z.literal("commanded"),
  id: requestId,
  result: optional(value),
});

export const commandDeliverySchema = z.object({
  type: z.literal("command"),
  commandId: requestId,
  channel: channelName,
  runId,
  name,
  data: optional(value),
  user: optional(userRefSchema),
});

export const pongSchema = z.object({
  type: z.literal("pong"),
  at: z.number(),
  now: time,
  heads: z.record(channelName, offset),
});

export const reconnectSchema = z.object({
  type: z.literal("reconnect"),
  afterMs: count,
  reason: text,
});

export const errorMessageSchema = z.object({
  type: z.literal("error"),
  code: errorCode,
  message: text,
  id: optional(requestId),
  channel: optional(text),
  index: optional(count),
  reason: optional(text),
  retryAfterMs: optional(count),
});

/** The schema of each message of a server, by its type. */
export const serverMessageSchemas = {
  welcome: welcomeSchema,
  authenticated: authenticatedSchema,
  subscribed: subscribedSchema,
  events: eventsSchema,
  unsubscribed: unsubscribedSchema,
  fetched: fetchedSchema,
  listed: listedSchema,
  published: publishedSchema,
  renewed: renewedSchema,
  commanded: commandedSchema,
  command: commandDeliverySchema,
  pong: pongSchema,
  reconnect: reconnectSchema,
  error: errorMessageSchema,
} as const;

/** Whatever a server sends, for those who check a server. A client of ours does without zod. */
export const serverMessageSchema = z.discriminatedUnion("type", [
  welcomeSchema,
  authenticatedSchema,
  subscribedSchema,
  eventsSchema,
  unsubscribedSchema,
  fetchedSchema,
  listedSchema,
  publishedSchema,
  renewedSchema,
  commandedSchema,
  commandDeliverySchema,
  pongSchema,
  reconnectSchema,
  errorMessageSchema,
]);
