import * as z from "zod";
import { protocolLimits } from "../wire/limits.js";
import { optional } from "./leaf.js";
import { delta, fraction, integer, name, runId, time } from "./leaves.js";

/** The events that may be published, as `PROTOCOL.md` § 2 names them. Unknown fields are allowed. */

const text = z.string();
const value = z.unknown();
const number = z.number();

/** Who runs. */
export const agentSchema = z.object({ name, id: optional(text), model: optional(text) });

/** What went wrong. */
export const eventErrorSchema = z.object({
  name: optional(text),
  message: text,
  code: optional(text),
});

/** The first event of a run. */
export const agentStartedSchema = z.object({
  type: z.literal("agent_started"),
  runId,
  time,
  agent: agentSchema,
  parentRunId: optional(runId),
  parentToolCallId: optional(name),
  title: optional(text),
  input: optional(value),
  metadata: optional(value),
  leaseMs: optional(integer(protocolLimits.minLeaseMs, protocolLimits.maxLeaseMs)),
});

/** Text that an agent writes. */
export const agentThinkingSchema = z.object({
  type: z.literal("agent_thinking"),
  runId,
  time,
  messageId: name,
  kind: z.enum(["reasoning", "output"]),
  delta,
});

/** A tool call began, or went on. */
export const toolExecutingSchema = z.object({
  type: z.literal("tool_executing"),
  runId,
  time,
  toolCallId: name,
  name,
  parentToolCallId: optional(name),
  status: z.enum(["preparing", "awaiting_approval", "running"]),
  input: optional(value),
  inputDelta: optional(delta),
  progress: optional(
    z.object({
      fraction: optional(fraction),
      message: optional(text),
      outputDelta: optional(delta),
    }),
  ),
});

/** A tool call ended. */
export const toolCompletedSchema = z.object({
  type: z.literal("tool_completed"),
  runId,
  time,
  toolCallId: name,
  outcome: z.enum(["success", "error", "cancelled"]),
  output: optional(value),
  error: optional(eventErrorSchema),
  durationMs: optional(number),
});

/** How a run ended. */
export const runOutcomeSchema = z.enum(["success", "error", "cancelled", "abandoned"]);

/** The last event of a run. */
export const agentCompletedSchema = z.object({
  type: z.literal("agent_completed"),
  runId,
  time,
  outcome: runOutcomeSchema,
  output: optional(value),
  error: optional(eventErrorSchema),
  usage: optional(z.looseObject({ inputTokens: optional(number), outputTokens: optional(number) })),
  durationMs: optional(number),
});

/** An application's own event. */
export const customSchema = z.object({
  type: z.literal("custom"),
  runId: optional(runId),
  time,
  name,
  key: optional(name),
  data: optional(value),
  priority: optional(z.literal("high")),
});

/** The schema of each event, by its type. */
export const eventSchemas = {
  agent_started: agentStartedSchema,
  agent_thinking: agentThinkingSchema,
  tool_executing: toolExecutingSchema,
  tool_completed: toolCompletedSchema,
  agent_completed: agentCompletedSchema,
  custom: customSchema,
} as const;

/**
 * An event that a writer may publish.
 *
 * It judges; the log keeps the text as it was written. What `parse` returns lacks the fields that this
 * version does not know.
 *
 * @example
 * const result = runwireEventSchema.safeParse(JSON.parse(text));
 * if (!result.success) throw new RunwireError("invalid_event", describeSchemaError(result.error));
 */
export const runwireEventSchema = z.discriminatedUnion("type", [
  agentStartedSchema,
  agentThinkingSchema,
  toolExecutingSchema,
  toolCompletedSchema,
  agentCompletedSchema,
  customSchema,
]);
