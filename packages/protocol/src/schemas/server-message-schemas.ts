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

/** The answer to `hello`. */
export const welcomeSchema = z.object({
  type: z.literal("welcome"),
  connectionId: text,
  heartbeat: z.object({ intervalMs: count, timeoutMs: count }),
  maxMessageBytes: count,
  maxEventBytes: count,
  user: optional(userRefSchema),
  expiresAt: optional(time),
});

/** The answer to `authenticate`. */
export const authenticatedSchema = z.object({
  type: z.literal("authenticated"),
  id: requestId,
  user: optional(userRefSchema),
  expiresAt: optional(time),
});

/** The answer to `subscribe`, or without `id` the news that a subscription began anew. */
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

/** All that a subscription is to have with `after` < offset ≤ `offset`. */
export const eventsSchema = z.object({
  type: z.literal("events"),
  channel: channelName,
  after: offset,
  offset,
  events: z.array(receivedEventSchema),
});

/** The answer to `unsubscribe`, or the news that a subscription has ended. */
export const unsubscribedSchema = z.object({
  type: z.literal("unsubscribed"),
  id: optional(requestId),
  channel: channelName,
  code: optional(errorCode),
});

/** A page of the log. */
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

/** The runs of a channel. */
export const listedSchema = z.object({
  type: z.literal("listed"),
  id: requestId,
  channel: channelName,
  epoch,
  runs: z.array(runSummarySchema),
  more: z.boolean(),
});

/** The answer to `publish`: the log has the events durably. */
export const publishedSchema = z.object({
  type: z.literal("published"),
  id: requestId,
  epoch,
  offset: eventOffset,
});

/** The answer to `renew`, with the runs that are over for the writer. */
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

/** The answer to `command`: the run's handler has taken it. */
export const commandedSchema = z.object({
  type: z.literal("commanded"),
  id: requestId,
  result: optional(value),
});

/** A command on its way to the run's writer. */
export const commandDeliverySchema = z.object({
  type: z.literal("command"),
  commandId: requestId,
  channel: channelName,
  runId,
  name,
  data: optional(value),
  user: optional(userRefSchema),
});

/** The answer to `ping`, with the heads of the connection's subscriptions. */
export const pongSchema = z.object({
  type: z.literal("pong"),
  at: z.number(),
  now: time,
  heads: z.record(channelName, offset),
});

/** The server is about to close. */
export const reconnectSchema = z.object({
  type: z.literal("reconnect"),
  afterMs: count,
  reason: text,
});

/** Answers one request, and leaves the connection open. */
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
