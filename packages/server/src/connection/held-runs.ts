import type { Answerer, CommandDesk, WriterLink } from "../runs/command-desk.js";
import { toRunKey } from "../runs/run-key.js";

/** Where the commands of runs go that a writer has started or renewed. */
export interface RunKeeping {
  /** The run was started or renewed as `writer`. */
  hold(channel: string, runId: string, writer: string): void;
  /** The run has ended, or is another's. */
  letGo(channel: string, runId: string): void;
}

interface HeldRun {
  readonly channel: string;
  readonly runId: string;
  readonly writer: string;
}

/** The runs that were started or renewed over one connection, and by which writer: their commands go there. */
export class HeldRuns implements RunKeeping, Answerer {
  readonly link: WriterLink;
  readonly #desk: CommandDesk;
  readonly #held = new Map<string, HeldRun>();
  #isClosed = false;

  constructor(desk: CommandDesk, link: WriterLink) {
    this.#desk = desk;
    this.link = link;
  }

  /** Whether this connection has started or renewed the run as `writer`. */
  holds(channel: string, runId: string, writer: string | undefined): boolean {
    return this.#held.get(toRunKey(channel, runId))?.writer === writer && writer !== undefined;
  }

  hold(channel: string, runId: string, writer: string): void {
    if (this.#isClosed) return;
    this.#held.set(toRunKey(channel, runId), { channel, runId, writer });
    this.#desk.attach(channel, runId, writer, this.link);
  }

  letGo(channel: string, runId: string): void {
    this.#held.delete(toRunKey(channel, runId));
    this.#desk.detach(channel, runId, this.link);
  }

  /** The connection is gone, and what it is told from now on changes nothing. */
  close(): void {
    this.#isClosed = true;
    for (const { channel, runId } of this.#held.values())
      this.#desk.detach(channel, runId, this.link);
    this.#held.clear();
  }
}

/** Where a writer has no connection: it has the run, and no command reaches it. */
export function keepNowhere(desk: CommandDesk): RunKeeping {
  return {
    hold: (channel, runId, writer) => desk.detachOthers(channel, runId, writer),
    letGo: () => {},
  };
}
