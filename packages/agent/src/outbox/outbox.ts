import { type RunTarget, RunwireError } from "@runwire/protocol";
import type { Environment } from "../environment.js";
import type { JoinableEvent } from "./join-events.js";
import { publishWithRetry } from "./publish-with-retry.js";
import { EventQueue } from "./queue.js";
import { quiet, Waiters } from "./waiters.js";

/** A buffer this many times its limit means that nobody waits for it. */
const UNAWAITED_FACTOR = 16;

/** Where an outbox sends, and how. */
export interface OutboxOptions extends Environment {
  readonly target: RunTarget;
  readonly channel: string;
  readonly writer: { readonly name: string; nextPublishId(): string };
  readonly maxDeltaLength: number;
  readonly maxBufferedBytes: number;
  readonly maxBufferedEvents: number;
  readonly maxRetryMs: number;
  /** Told of the failure that ends this outbox, once. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Sends events in order, one publish at a time.
 *
 *   add ──▶ queue (joins text) ──▶ one publish, again until it is taken ──▶ the next
 *
 * The first failure is the last thing that happens: what waits is dropped, all who wait are told, and so is
 * whoever adds later.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queue: EventQueue;
  readonly #waiters = new Waiters();
  readonly #stop = new AbortController();
  #sending = { events: 0, bytes: 0 };
  #published = 0;
  #isPumping = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#queue = new EventQueue(options.maxDeltaLength);
  }

  /** Why nothing more is sent. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** Whether nothing waits and nothing is unanswered. */
  get isIdle(): boolean {
    return this.#published === this.#queue.added;
  }

  /** Adds an event that stays as it is. Resolves when the buffer has room again. */
  addEncoded(json: string): Promise<void> {
    return this.#add(() => this.#queue.addEncoded(json));
  }

  /** Adds text or progress, which may join what waits. Resolves when the buffer has room again. */
  addJoinable(event: JoinableEvent): Promise<void> {
    return this.#add(() => this.#queue.addJoinable(event));
  }

  /** Resolves once everything that was added so far is published. */
  flushed(): Promise<void> {
    if (this.#failure) return quiet(Promise.reject(this.#failure.error));
    const { added } = this.#queue;
    return this.#waiters.wait(() => this.#published >= added);
  }

  /** Ends the outbox with a failure; only the first one counts. */
  fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = { error };
    this.#queue.clear();
    this.#stop.abort(error);
    this.#waiters.rejectAll(error);
    this.#options.onFailure(error);
  }

  #add(enqueue: () => void): Promise<void> {
    if (!this.#failure) {
      enqueue();
      this.#checkUnawaited();
    }
    if (this.#failure) return quiet(Promise.reject(this.#failure.error));
    if (!this.#isPumping) void this.#pump();
    return this.#waiters.wait(() => this.#hasRoom(1));
  }

  #hasRoom(factor: number): boolean {
    const { maxBufferedBytes, maxBufferedEvents } = this.#options;
    return (
      this.#queue.bytes + this.#sending.bytes <= factor * maxBufferedBytes &&
      this.#queue.length + this.#sending.events <= factor * maxBufferedEvents
    );
  }

  #checkUnawaited(): void {
    if (this.#hasRoom(UNAWAITED_FACTOR)) return;
    const message = `more than ${UNAWAITED_FACTOR} times maxBufferedBytes or maxBufferedEvents wait to be published: await what think, say, progress and custom return`;
    this.fail(new RunwireError("buffer_full", message));
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    // What is written in the same turn goes into the same publish.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0) await this.#sendNext();
    } catch (error) {
      this.fail(error);
    }
    this.#isPumping = false;
  }

  async #sendNext(): Promise<void> {
    const { target, channel, writer } = this.#options;
    const { events, bytes } = this.#queue.take(target.maxPublishBytes);
    this.#sending = { events: events.length, bytes };
    const request = { channel, writer: writer.name, id: writer.nextPublishId(), events };
    await publishWithRetry(target, request, { ...this.#options, signal: this.#stop.signal });
    this.#sending = { events: 0, bytes: 0 };
    this.#published = this.#queue.takenUpTo;
    this.#waiters.check();
  }
}
