import type { AppendRequest, AppendResult, EncodedEvent, EventStore } from "@runwire/store";
import type { Logger } from "../logger.js";
import type { LogEntry } from "./entry.js";

/** What was just appended to a channel. */
export interface Appended {
  readonly channel: string;
  readonly epoch: string;
  readonly entries: readonly LogEntry[];
}

/**
 * The log as the rest of the server sees it: the store, and a word to whoever listens when it has grown here.
 * It gives no offsets (the store does) and knows nobody who listens.
 */
export class EventLog {
  readonly store: EventStore;
  readonly #logger: Logger;
  readonly #listeners = new Set<(appended: Appended) => void>();
  /** Events appended through this log. */
  appendedEvents = 0;

  constructor(store: EventStore, logger: Logger) {
    this.store = store;
    this.#logger = logger;
  }

  /** Tells of each append made here, in the order in which the store answered; returns an idempotent undo. */
  onAppend(listener: (appended: Appended) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Appends, and tells once the store has it. */
  async append(request: AppendRequest): Promise<AppendResult> {
    const result = await this.watched(this.store.append(request));
    if (result.status === "appended") this.#tell(request.channel, request.events, result);
    return result;
  }

  /** Hands on what the store answers, and tells the logger when it fails. */
  async watched<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      this.#logger.error("the store failed", error);
      throw error;
    }
  }

  #tell(
    channel: string,
    events: readonly EncodedEvent[],
    { epoch, offset: first }: { readonly epoch: string; readonly offset: number },
  ): void {
    this.appendedEvents += events.length;
    const entries = events.map(({ event, json }, index) => {
      const offset = first + index;
      return { offset, json, event: { ...event, offset } };
    });
    for (const listener of [...this.#listeners]) listener({ channel, epoch, entries });
  }
}
