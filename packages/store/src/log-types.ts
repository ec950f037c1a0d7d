/** Where a channel's log stands. */
export interface ChannelHead {
  readonly epoch: string;
  /** Of the latest event; 0 when there is none. */
  readonly offset: number;
  /** The offset of the first event that is kept whole; 1 when nothing was trimmed. */
  readonly floor: number;
}

/** What to read of a channel's log. */
export interface ReadRequest {
  readonly channel: string;
  /** Events with an offset above this; 0 begins with the first. */
  readonly after: number;
  /** At most this many events, ≥ 1. */
  readonly limit: number;
  /** Stop after the first event with which the texts pass this many bytes; at least one event is read. */
  readonly maxBytes?: number;
  /** Only this run's events. */
  readonly runId?: string;
}

/** An event as the log keeps it. */
export interface StoredEvent {
  readonly offset: number;
  /** The storage has lost the event; `json` says so in its place. */
  readonly isLost?: true;
  /** Absent for the channel's own events. */
  readonly runId?: string;
  /** As it was encoded, without `offset`. */
  readonly json: string;
}

/** A page of the log, or of one run's events, in the order of the offsets; may hold fewer events than were asked for. */
export interface StoredPage extends ChannelHead {
  /** `head` is {@link ChannelHead.offset}; this is how far the page reaches: to `head` when it read to the end, or to `after` where that lies beyond. */
  readonly through: number;
  readonly events: readonly StoredEvent[];
}

/** Of which channel, and how many root runs. */
export interface KeptRunsRequest {
  readonly channel: string;
  /** Root runs, ≥ 1. */
  readonly limit: number;
}

/** What a channel keeps from its floor on. */
export interface KeptRuns extends ChannelHead {
  /** Of the texts of all events from the floor on, UTF-8. */
  readonly bytes: number;
  /** The oldest root runs, by `first`. */
  readonly roots: readonly KeptRoot[];
}

/** A root run, as retention sees it. */
export interface KeptRoot {
  /** The offset of its `agent_started`: a floor that the log may have. */
  readonly first: number;
  /** Whether it or a descendant goes on. */
  readonly isOpen: boolean;
  /** How long ago somebody last wrote to it or a descendant or renewed one, by the store's clock, milliseconds. */
  readonly idleMs: number;
  /** Of the texts of all the channel's events from `first` on, UTF-8. */
  readonly bytes: number;
}
