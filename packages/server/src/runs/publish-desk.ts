import { protocolLimits, type RunwireEvent } from "@runwire/protocol";
import { describeSchemaError, runwireEventSchema } from "@runwire/protocol/schemas";
import type { Actor, AppendResult, EncodedEvent, PublishKey } from "@runwire/store";
import { sliceValue } from "../json-outline.js";
import type { EventLog } from "../log/event-log.js";
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

  constructor(log: EventLog, maxEventBytes: number) {
    this.#log = log;
    this.#maxEventBytes = maxEventBytes;
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
    return toOutcome(await this.#log.append({ ...key, actor, events: checked }));
  }

  async #orAsBefore(key: PublishKey, refusal: Refusal): Promise<PublishOutcome> {
    const before = await this.#log.watched(this.#log.store.findPublish(key));
    if (before) return { ...before, isRepeated: true };
    throw refusal;
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
