import { type Summary, summarize } from "./summary.ts";

/** What all bare clients of a process have seen. */
export interface TallyReport {
  /** A range that did not touch the one before, an event at another place than it was written for, twice or never. */
  readonly wrong: number;
  readonly resets: number;
  readonly events: number;
  /** Answers to upgrades other than 101, by status; sockets that closed, by code (1006: without goodbye). */
  readonly refused: Readonly<Record<string, number>>;
  readonly closed: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly attempts: number;
}

/** Counts for many clients. */
export class Tally {
  wrong = 0;
  resets = 0;
  events = 0;
  /** When clients tried to connect, by `performance.now()`. */
  attemptsAt: number[] = [];
  /** How long live events were under way, milliseconds; only while they are measured. */
  isMeasuring = false;
  #latencies: number[] = [];
  readonly refused: Record<string, number> = {};
  readonly closed: Record<string, number> = {};
  readonly errors: Record<string, number> = {};

  noteLatency(milliseconds: number): void {
    if (this.isMeasuring) this.#latencies.push(milliseconds);
  }

  takeLatencies(): Summary {
    const taken = summarize(this.#latencies);
    this.#latencies = [];
    return taken;
  }

  count(what: "refused" | "closed" | "errors", name: string | number): void {
    this[what][name] = (this[what][name] ?? 0) + 1;
  }

  report(): TallyReport {
    const { wrong, resets, events, refused, closed, errors, attemptsAt } = this;
    return { wrong, resets, events, refused, closed, errors, attempts: attemptsAt.length };
  }
}

/** Now, in milliseconds since 1970 with a fraction: the same in every process of a machine. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
