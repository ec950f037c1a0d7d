import type { BareConnection } from "./bare-connection.ts";
import type { WireEvent, WireMessage } from "./wire.ts";

interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/**
 * Follows one channel over as many connections as it takes, by § 4: it tracks ranges, drops what is
 * not above its position, subscribes again where a range does not touch, and begins anew on a reset.
 */
export class Follower {
  /** All that was delivered and not thrown away, in order. */
  events: WireEvent[] = [];
  /** The ranges that were applied, as [after, offset]. */
  ranges: [number, number][] = [];
  resets: string[] = [];
  position: Position | undefined;
  readonly #channel: string;
  #connection: BareConnection | undefined;
  #pendingId: string | undefined;
  #levels: { offset: number; resolve: () => void }[] = [];

  constructor(channel: string) {
    this.#channel = channel;
  }

  /** Subscribes on a welcomed connection: from the start, or from where it stands. */
  follow(connection: BareConnection): void {
    this.#connection = connection;
    this.#subscribe();
    connection.onMessage((message) => {
      if (connection === this.#connection && message.channel === this.#channel)
        this.#handle(message);
    });
  }

  /** Resolves when the position has reached `offset`. */
  reaches(offset: number): Promise<void> {
    return new Promise((resolve) => {
      this.#levels.push({ offset, resolve });
      this.#tellLevels();
    });
  }

  #subscribe(): void {
    this.#pendingId = this.#connection?.freshId();
    this.#connection?.send({
      type: "subscribe",
      id: this.#pendingId,
      channel: this.#channel,
      from: this.position ?? "start",
    });
  }

  #handle(message: WireMessage): void {
    if (this.#pendingId !== undefined && message.id !== this.#pendingId) return;
    if (message.type === "subscribed") this.#begin(message);
    if (message.type === "events") this.#apply(message);
  }

  #begin({ epoch = "", from = 0, reset }: WireMessage): void {
    this.#pendingId = undefined;
    if (reset !== undefined) {
      this.resets.push(reset);
      this.events = [];
      this.ranges = [];
    }
    this.position = { epoch, offset: from };
  }

  #apply({ after = -1, offset = -1, events = [] }: WireMessage): void {
    if (!this.position || offset <= this.position.offset) return;
    if (after !== this.position.offset) {
      this.#subscribe();
      return;
    }
    this.events.push(...events);
    this.ranges.push([after, offset]);
    this.position = { ...this.position, offset };
    this.#tellLevels();
  }

  #tellLevels(): void {
    const reached = this.position?.offset ?? -1;
    const isReached = (level: { offset: number }) => level.offset <= reached;
    for (const level of this.#levels.filter(isReached)) level.resolve();
    this.#levels = this.#levels.filter((level) => !isReached(level));
  }
}
