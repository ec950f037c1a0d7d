import * as z from "zod";
import { eventTypes } from "../wire/events.js";
import {
  agentCompletedSchema,
  agentStartedSchema,
  agentThinkingSchema,
  customSchema,
  toolCompletedSchema,
  toolExecutingSchema,
} from "./event-schemas.js";
import { leaf, optional } from "./leaf.js";
import { eventOffset, runId, time } from "./leaves.js";

/** The events as the log gives them: with an offset, and perhaps of a later version. */

const offset = { offset: eventOffset };

/** A known event with its offset. */
export const loggedEventSchema = z.discriminatedUnion("type", [
  agentStartedSchema.extend(offset),
  agentThinkingSchema.extend(offset),
  toolExecutingSchema.extend(offset),
  toolCompletedSchema.extend(offset),
  agentCompletedSchema.extend(offset),
  customSchema.extend(offset),
]);

/** An event of a type that this version does not know; kept with all its fields. */
export const unknownEventSchema = z.looseObject({
  type: leaf(
    (value): value is string =>
      typeof value === "string" && !(eventTypes as readonly string[]).includes(value),
    "be text, or one of the known types with that type's fields",
    { type: "string", not: { enum: [...eventTypes] } },
  ),
  runId: optional(runId),
  time,
  offset: eventOffset,
});

/** Whatever may stand in `events` and `fetched`. */
export const receivedEventSchema = z.union([loggedEventSchema, unknownEventSchema]);
