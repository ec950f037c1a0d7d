import { randomUUID } from "node:crypto";
import { isRunwireError } from "@runwire/protocol";
import type { EventStore, Notice, NoticePage } from "@runwire/store";
import { repeat, type ServerClock } from "../clock.js";
import type { Logger } from "../logger.js";

/** How often the store is asked what others have told, milliseconds. */
const readMs = 500;
/** After how long a question without an answer is asked anew, milliseconds. */
const patienceMs = 5_000;
/** How long a store keeps a notice at least, milliseconds. */
const keptMs = 60_000;
/** Notices that one question reads. */
const atOnce = 1_000;

/** What an exchange works with. */
export interface NoticeServices {
  readonly store: EventStore;
  readonly clock: ServerClock;
  readonly logger: Logger;
}

/** Whom an exchange tells. */
export interface NoticeListener {
  /** Whether anybody is connected whom a notice could concern. */
  readonly hasConnections: boolean;
  /** Another server has told this. */
  onNotice(notice: Notice): void;
  /** Others have told what nobody here will ever read. */
  onMissed(): void;
}

/**
 * What the servers on one store tell each other:
 *
 *   tell ──▶ store: 1, 2, 3 … ── every 500 ms: what is after my number? ──▶ each other server
 *                                          └ something that is kept no longer ──▶ missed
 *
 * Whoever has seen number 7 and reads on from there misses nothing, however late it reads; and is told when it does.
 */
export class NoticeExchange {
  readonly #services: NoticeServices;
  readonly #name = randomUUID();
  readonly #startedAt: number;
  readonly #stopReading: () => void;
  /** The number of the latest notice that was read; absent until the store has said where they stand. */
  #seen: number | undefined;
  /** Grows with each question: what comes late as an answer to an earlier one is void. */
  #question = 0;
  #askedAt: number | undefined;
  #isFailing = false;

  /** Without a listener it only tells. */
  constructor(services: NoticeServices, listener: NoticeListener | undefined) {
    const { clock } = services;
    this.#services = services;
    this.#startedAt = clock.monotonic();
    this.#stopReading = listener ? repeat(clock, readMs, () => this.#ask(listener)) : () => {};
    // Before anybody can be connected: what was told until now concerns nobody here.
    if (listener) this.#ask(listener);
  }

  /**
   * Tells the other servers on this store.
   *
   * @throws RunwireError `store_unavailable`, `store_full`, `closed`: they may not learn of it
   */
  async tell(notice: Notice): Promise<void> {
    const { store, logger } = this.#services;
    try {
      await store.putNotice(this.#name, notice);
    } catch (error) {
      logger.error("the other servers on this store could not be told who has lost a right", error);
      throw error;
    }
  }

  close(): void {
    this.#question += 1;
    this.#stopReading();
  }

  #ask(listener: NoticeListener): void {
    const now = this.#services.clock.monotonic();
    if (this.#askedAt !== undefined && now - this.#askedAt < patienceMs) return;
    this.#question += 1;
    void this.#read(listener, this.#question);
  }

  async #read(listener: NoticeListener, question: number): Promise<void> {
    const { store, clock } = this.#services;
    try {
      for (let hasMore = true; hasMore; ) {
        this.#askedAt = clock.monotonic();
        const page = await store.notices({ after: this.#seen ?? 0, limit: atOnce });
        if (question !== this.#question) return;
        hasMore = this.#take(listener, page);
      }
      this.#isFailing = false;
    } catch (error) {
      if (question === this.#question) this.#warnOnce(error);
    }
    if (question === this.#question) this.#askedAt = undefined;
  }

  /** Says whether there is more to read. */
  #take(listener: NoticeListener, page: NoticePage): boolean {
    const { latest, notices } = page;
    if (this.#seen === undefined && !listener.hasConnections) {
      this.#seen = latest;
    } else if (this.#hasMissed(page)) {
      this.#seen = latest;
      listener.onMissed();
    } else {
      for (const { from, notice } of notices) if (from !== this.#name) listener.onNotice(notice);
      this.#seen = notices.at(-1)?.number ?? latest;
    }
    return this.#seen < latest;
  }

  #hasMissed({ hasGap }: NoticePage): boolean {
    if (this.#seen !== undefined) return hasGap;
    // Nobody here came before this server, so what was told earlier concerns nobody: all that is forgotten, while
    // the server is younger than what is kept.
    return hasGap && this.#services.clock.monotonic() - this.#startedAt >= keptMs;
  }

  #warnOnce(error: unknown): void {
    const isClosed = isRunwireError(error) && error.code === "closed";
    if (this.#isFailing || isClosed) return;
    this.#isFailing = true;
    this.#services.logger.warn(
      "what other servers on this store revoke cannot be read, and holds here once it can",
      error,
    );
  }
}
