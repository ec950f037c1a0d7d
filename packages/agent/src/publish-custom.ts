import type { Custom, RunTarget } from "@runwire/protocol";
import { requireChannel, requireRunId } from "./check-options.js";
import { createEventEncoder, type ValueOptions } from "./encoding/encode-event.js";
import { type Environment, resolveEnvironment } from "./environment.js";
import { Outbox } from "./outbox/outbox.js";
import { requireName } from "./run/check-names.js";
import { toOutboxKey, type Writer, writerOf } from "./writer.js";

const DEFAULT_RETRY_MS = 10_000;

/** Options of {@link publishCustom}. */
export interface PublishCustomOptions extends Partial<Environment>, ValueOptions {
  readonly channel: string;
  /** 1 to 128 characters. */
  readonly name: string;
  /** Later ones of the same name and key replace this one. 1 to 128 characters. */
  readonly key?: string;
  readonly data?: unknown;
  /** `"high"` is delivered at once instead of with the next batch. */
  readonly priority?: "high";
  /** A run that this process writes; `run.custom` is the better way. @default the channel itself */
  readonly runId?: string;
  /** How long it is tried again after `store_unavailable`, `store_full`, `rate_limited`, milliseconds. @default 10000 */
  readonly maxRetryMs?: number;
}

/**
 * Publishes an event of the application's own to a channel; resolves once the log has it. Events of one
 * channel are appended in the order of the calls.
 *
 * @throws RunwireError `invalid_channel`, `invalid_run`, `invalid_event`; rejects with the target's codes
 * @example
 * await publishCustom(target, { channel: "chat:42", name: "question", data: { text, askedAt: new Date() } });
 */
export async function publishCustom(
  target: RunTarget,
  options: PublishCustomOptions,
): Promise<void> {
  const { channel, runId } = options;
  requireChannel(channel);
  if (runId !== undefined) requireRunId(runId);
  const environment = resolveEnvironment(options);
  const event = toEvent(options, environment.clock.now());
  const json = createEventEncoder(target.maxEventBytes, options).encode(event);
  const writer = writerOf(target, environment);
  const key = toOutboxKey(channel, runId);
  const outbox =
    writer.runOutboxes.get(key) ??
    writer.customOutboxes.get(key) ??
    createOutbox(target, writer, key, options, environment);
  outbox.addEncoded(json);
  await outbox.flushed();
  // Nobody else waits for it: the next event makes a new one.
  if (outbox.isIdle && writer.customOutboxes.get(key) === outbox) writer.customOutboxes.delete(key);
}

/** One for all that is written meanwhile: a writer has one unanswered publish for a channel's own events. */
function createOutbox(
  target: RunTarget,
  writer: Writer,
  key: string,
  { channel, maxRetryMs = DEFAULT_RETRY_MS }: PublishCustomOptions,
  environment: Environment,
): Outbox {
  const outbox = new Outbox({
    ...environment,
    target,
    channel,
    writer,
    maxDeltaLength: 0,
    maxBufferedBytes: Number.POSITIVE_INFINITY,
    maxBufferedEvents: Number.POSITIVE_INFINITY,
    maxRetryMs,
    onFailure: () => writer.customOutboxes.delete(key),
  });
  writer.customOutboxes.set(key, outbox);
  return outbox;
}

function toEvent({ runId, name, key, data, priority }: PublishCustomOptions, time: number): Custom {
  return {
    type: "custom",
    ...(runId !== undefined && { runId }),
    time,
    name: requireName("name of a custom event", name),
    ...(key !== undefined && { key: requireName("key of a custom event", key) }),
    ...(data !== undefined && { data }),
    ...(priority && { priority }),
  };
}
