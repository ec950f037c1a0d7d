import type {
  AppendRequest,
  AppendResult,
  EncodedEvent,
  EventStore,
  StoredEvent,
} from "@runwire/store";
import type { Logger } from "../logger.js";
import { type LogEntry, toEntry } from "./entry.js";
import { LossReport } from "./loss-report.js";

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
  readonly #losses: LossReport;
  readonly #listeners = new Set<(appended: Appended) => void>();
  readonly #failureListeners = new Set<(error: unknown) => void>();
  /** Events appended through this log. */
  appendedEvents = 0;

  constructor(store: EventStore, logger: Logger) {
    this.store = store;
    this.#logger = logger;
    this.#losses = new LossReport(logger);
  }

  /** Tells of each append made here, in the order in which the store answered; returns an idempotent undo. */
  onAppend(listener: (appended: Appended) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells of each failure of the store; returns an idempotent undo. */
  onFailure(listener: (error: unknown) => void): () => void {
    this.#failureListeners.add(listener);
    return () => this.#failureListeners.delete(listener);
  }

  /** Appends, and tells once the store has it. */
  async append(request: AppendRequest): Promise<AppendResult> {
    const result = await this.watched(this.store.append(request));
    if (result.status === "appended") this.#tell(request.channel, request.events, result);
    return result;
  }

  /** Parses what was read of a channel. The logger is told of what is no event. */
  toEntries(channel: string, events: readonly StoredEvent[]): readonly LogEntry[] {
    const entries = events.map(toEntry);
    this.#losses.note(channel, entries);
    return entries;
  }

  /** Hands on what the store answers, and tells the logger when it fails. */
  async watched<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      this.#logger.error("the store failed", error);
      for (const listener of [...this.#failureListeners]) listener(error);
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
