import { protocolLimits, type RunwireEvent } from "@runwire/protocol";
import { describeSchemaError, runwireEventSchema } from "@runwire/protocol/schemas";
import type { Actor, AppendResult, EncodedEvent, PublishKey } from "@runwire/store";
import { sliceValue } from "../json-outline.js";
import type { EventLog } from "../log/event-log.js";
import type { Logger } from "../logger.js";
import { Refusal } from "../refusal.js";

/** One publish, each event as the text that it was encoded to. */
export interface PublishInput extends PublishKey {
  readonly actor: Actor;
  readonly events: readonly string[];
}

/** What became of a publish. */
export interface PublishOutcome {
  readonly epoch: string;
  readonly offset: number;
  /** It was appended before, and is answered as then. */
  readonly isRepeated: boolean;
}

/** Checks what a writer publishes, and has it appended once. */
export class PublishDesk {
  readonly #log: EventLog;
  readonly #maxEventBytes: number;
  readonly #logger: Logger;
  /** Publishes under a known id with other events than it had, as far as the store could tell. */
  conflicts = 0;

  constructor(log: EventLog, maxEventBytes: number, logger: Logger) {
    this.#log = log;
    this.#maxEventBytes = maxEventBytes;
    this.#logger = logger;
  }

  /**
   * Appends all events or none.
   *
   * @throws Refusal with the index of the first offending event
   * @throws RunwireError `store_unavailable`, `store_full`
   */
  async publish({ actor, events, ...key }: PublishInput): Promise<PublishOutcome> {
    const checked = this.#check(events);
    // The key is looked up before all other checks: what was appended once is answered as it was.
    if (checked instanceof Refusal) return this.#orAsBefore(key, checked);
    const result = await this.#log.append({ ...key, actor, events: checked });
    if (result.status === "duplicate" && result.differs) this.#countConflict(key);
    return toOutcome(result);
  }

  async #orAsBefore(key: PublishKey, refusal: Refusal): Promise<PublishOutcome> {
    const before = await this.#log.watched(this.#log.store.findPublish(key));
    if (!before) throw refusal;
    // What was appended was in order; but for the size, of which this server may allow less.
    if (refusal.code !== "event_too_large") this.#countConflict(key);
    return { ...before, isRepeated: true };
  }

  /** The first is told to the logger, all are counted: a writer that does this does it again and again. */
  #countConflict({ channel }: PublishKey): void {
    this.conflicts += 1;
    if (this.conflicts > 1) return;
    this.#logger.warn(
      `a publish to channel ${channel} came again under its id with other events; the first counts. Later ones are counted only, as conflictingPublishes`,
    );
  }

  #check(texts: readonly string[]): readonly EncodedEvent[] | Refusal {
    if (texts.length < 1 || texts.length > protocolLimits.maxEventsPerPublish)
      return new Refusal("bad_message", "events: 1 to 256 of them");
    const events: EncodedEvent[] = [];
    for (const [index, text] of texts.entries()) {
      const checked = this.#checkOne(text.trim(), index);
      if (checked instanceof Refusal) return checked;
      events.push(checked);
    }
    return areOfOne(events) ? events : mixed();
  }

  #checkOne(text: string, index: number): EncodedEvent | Refusal {
    const bytes = Buffer.byteLength(text);
    if (bytes > this.#maxEventBytes)
      return new Refusal(
        "event_too_large",
        `event ${index} has ${bytes} bytes; ${this.#maxEventBytes} are allowed`,
        { index },
      );
    const invalid = (what: string) =>
      new Refusal("invalid_event", `event ${index}: ${what}`, { index });
    const value = parse(text);
    if (value === undefined) return invalid("not JSON");
    if (sliceValue(text, 0).depth > protocolLimits.maxEventDepth)
      return invalid(`nested deeper than ${protocolLimits.maxEventDepth} levels`);
    const result = runwireEventSchema.safeParse(value);
    if (!result.success) return invalid(describeSchemaError(result.error));
    // Just checked; fields that nobody knows stay in the text.
    return toEncoded(value as RunwireEvent, text);
  }
}

/** The offset is the log's: one that came along is left out, so that no reader meets two. */
function toEncoded(value: RunwireEvent & { offset?: unknown }, text: string): EncodedEvent {
  if (!Object.hasOwn(value, "offset")) return { event: value, json: text };
  const { offset: _theirs, ...event } = value;
  return { event: event as RunwireEvent, json: JSON.stringify(event) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function areOfOne(events: readonly EncodedEvent[]): boolean {
  const runId = events[0]?.event.runId;
  return events.every(({ event }) => event.runId === runId);
}

function mixed(): Refusal {
  return new Refusal(
    "bad_message",
    "events: all of one run, or all custom events of the channel itself",
  );
}

function toOutcome(result: AppendResult): PublishOutcome {
  const { status } = result;
  if (status === "refused") throw new Refusal(result.code, result.message, { index: result.index });
  return { epoch: result.epoch, offset: result.offset, isRepeated: status === "duplicate" };
}
