import { type Clock, RunwireError, type RunwireEvent } from "@runwire/protocol";
import type { EventEncoder } from "../encoding/encode-event.js";
import type { JoinableEvent } from "../outbox/join-events.js";
import type { Outbox } from "../outbox/outbox.js";
import { quiet } from "../outbox/waiters.js";
import type { RunHistory } from "./run-history.js";

/** An event without what every event of a run has. */
type WithoutCommon<Event> = Event extends RunwireEvent ? Omit<Event, "runId" | "time"> : never;

/** What is written to a run. */
export type RunEvent = WithoutCommon<RunwireEvent>;

/** What a {@link RunLog} is made of. */
export interface RunLogParts {
  readonly runId: string;
  readonly clock: Clock;
  readonly encoder: EventEncoder;
  readonly outbox: Outbox;
  readonly history: RunHistory;
}

/** Where the parts of a run's writer write: checks the order, encodes once, remembers, hands to the outbox. */
export class RunLog {
  readonly #parts: RunLogParts;

  constructor(parts: RunLogParts) {
    this.#parts = parts;
  }

  get history(): RunHistory {
    return this.#parts.history;
  }

  get maxDeltaLength(): number {
    return this.#parts.encoder.maxDeltaLength;
  }

  /** Milliseconds since 1970-01-01T00:00Z. */
  now(): number {
    return this.#parts.clock.now();
  }

  /**
   * Writes an event. Resolves when there is room for more; rejects, never unhandled, with the failure of
   * an earlier write.
   * @throws RunwireError when the event may not come now
   */
  write(fields: RunEvent): Promise<void> {
    const { outbox, history, encoder, runId } = this.#parts;
    if (outbox.failure) return quiet(Promise.reject(outbox.failure.error));
    // The fields are those of one event; the type of a spread union forgets which.
    const event = { ...fields, runId, time: this.now() } as RunwireEvent;
    const violation = history.check(event);
    if (violation) throw new RunwireError(violation.code, violation.message);
    if (isJoinable(event)) {
      history.record(event);
      return outbox.addJoinable(event);
    }
    const json = encoder.encode(event);
    history.record(event, json);
    return outbox.addEncoded(json);
  }

  /**
   * Throws where nothing may follow. After a failure it does not: then every write rejects with that.
   * @throws RunwireError `run_completed`
   */
  requireOpen(): void {
    const { outbox, history, runId } = this.#parts;
    if (outbox.failure || history.phase !== "completed") return;
    throw new RunwireError("run_completed", `run ${runId} has ended; nothing may follow its end`);
  }

  /** Writes events in order; resolves as the last of them. */
  writeAll(events: readonly RunEvent[]): Promise<void> {
    let room = Promise.resolve();
    for (const event of events) room = this.write(event);
    return room;
  }

  /** Resolves once everything that was written so far is in the log. */
  flushed(): Promise<void> {
    return this.#parts.outbox.flushed();
  }
}

function isJoinable(event: RunwireEvent): event is JoinableEvent {
  if (event.type === "agent_thinking") return true;
  // Only what is nothing but progress: a status or an input stands where it was written.
  return event.type === "tool_executing" && event.progress !== undefined;
}
