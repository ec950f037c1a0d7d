import type { ServerClock } from "../clock.js";
import type { AdmissionOptions } from "../options.js";
import type { AdmissionStats } from "../server-stats.js";
import { FairQueue } from "./fair-queue.js";

/** What may have to wait for its turn, those who have come furthest first. */
const lanes = ["resume", "greeting", "upgrade"] as const;

/** A way in: `upgrade` opens a socket, `greeting` says who it is, `resume` reads what it missed. */
export type Lane = (typeof lanes)[number];

/** What became of who waited: its turn has come, it would have waited for too long, or too many wait already. */
export type TurnOutcome = "ready" | "late" | "full";

type Begin = () => void;

/** Turns that are planned at once; the next ones are planned when these are over. */
const mostPlanned = 100;

/**
 * Lets newcomers in at this process's own pace. When 10,000 clients come back at once, what is done for them would
 * fill whole turns of the event loop, and everybody else would wait: so it is done for `turnMs` of each turn, and
 * then whatever came from other sockets is read first.
 *
 *   upgrade ──▶ greeting ──▶ resume ──▶ level
 *      └───────────┴────────────┴─ wait in lines, one for each address or connection; calm: nobody waits
 *
 * An upgrade or a greeting that would wait for too long, or behind too many, is told to come back later. Whoever is
 * welcomed is never refused: their resumes wait, and are bounded by their number of subscriptions.
 */
export class Admission {
  readonly #clock: ServerClock;
  readonly #options: AdmissionOptions;
  readonly #waiting: Readonly<Record<Lane, FairQueue<Begin>>> = {
    resume: new FairQueue(),
    greeting: new FairQueue(),
    upgrade: new FairQueue(),
  };
  #inFlight = 0;
  #begun = 0;
  #refused = 0;
  #isClosed = false;
  /** When this turn of the event loop began to be used, by the monotonic clock. */
  #turnBegan: number | undefined;
  #planned = 0;

  constructor(clock: ServerClock, options: AdmissionOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  stats(): AdmissionStats {
    return {
      waitingUpgrades: this.waiting("upgrade"),
      waitingGreetings: this.waiting("greeting"),
      waitingResumes: this.waiting("resume"),
      resumesInFlight: this.#inFlight,
      refused: this.#refused,
    };
  }

  /** How many wait for their turn; of one line only, where it is given. */
  waiting(lane: Lane, who?: unknown): number {
    return who === undefined ? this.#waiting[lane].size : this.#waiting[lane].sizeOf(who);
  }

  /**
   * Tells what became of a newcomer: at once while nobody waits, and never after it was taken back by the returned
   * function.
   */
  enter(
    lane: "upgrade" | "greeting",
    who: unknown,
    tell: (outcome: TurnOutcome) => void,
  ): () => void {
    if (this.#canBegin(lane)) {
      tell("ready");
      return () => {};
    }
    if (this.waiting("upgrade") + this.waiting("greeting") >= this.#options.queue) {
      this.#refuse("full", tell);
      return () => {};
    }
    return this.#enqueue(lane, who, tell);
  }

  /** Does what a resume needs, when it is its turn and not too many others are served. */
  async resume<Value>(who: unknown, work: () => Promise<Value>): Promise<Value> {
    if (this.#canBegin("resume")) this.#inFlight += 1;
    else await new Promise<void>((resolve) => this.#push(who, resolve));
    try {
      return await work();
    } finally {
      this.#inFlight -= 1;
      this.#plan();
    }
  }

  /** Nobody waits from now on. */
  close(): void {
    this.#isClosed = true;
    for (const lane of lanes)
      for (let begin = this.#take(lane); begin; begin = this.#take(lane)) begin();
  }

  #push(who: unknown, resolve: () => void): void {
    this.#waiting.resume.push(who, () => {
      this.#inFlight += 1;
      resolve();
    });
    this.#plan();
  }

  #enqueue(
    lane: "upgrade" | "greeting",
    who: unknown,
    tell: (outcome: TurnOutcome) => void,
  ): () => void {
    const begin = () => {
      stop();
      tell("ready");
    };
    const takeBack = () => {
      stop();
      this.#waiting[lane].remove(who, begin);
    };
    const stop = this.#clock.after(this.#options.queueTimeoutMs, () => {
      takeBack();
      this.#refuse("late", tell);
    });
    this.#waiting[lane].push(who, begin);
    this.#plan();
    return takeBack;
  }

  #refuse(outcome: TurnOutcome, tell: (outcome: TurnOutcome) => void): void {
    this.#refused += 1;
    tell(outcome);
  }

  /** Whether somebody who comes now need not wait. */
  #canBegin(lane: Lane): boolean {
    if (this.#isClosed) return true;
    const isFree = lane !== "resume" || this.#hasPlace();
    return isFree && lanes.every((each) => this.waiting(each) === 0) && this.#hasTime();
  }

  #hasPlace(): boolean {
    return this.#inFlight < this.#options.resumesInFlight;
  }

  /** Whether something may begin in this turn of the event loop. */
  #hasTime(): boolean {
    const now = this.#clock.monotonic();
    this.#turnBegan ??= now;
    if (this.#planned === 0) this.#planTurns(1);
    return now - this.#turnBegan < this.#options.turnMs;
  }

  #plan(): void {
    if (this.#planned > 0 || this.#isClosed) return;
    const ready = this.#ready().reduce((sum, lane) => sum + this.waiting(lane), 0);
    this.#planTurns(Math.min(ready, mostPlanned));
  }

  /** One callback for each, between which what the one before it began goes on: so its time is measured too. */
  #planTurns(count: number): void {
    this.#planned += count;
    for (let turn = 0; turn < count; turn += 1) this.#clock.soon(() => this.#onTurn());
  }

  #onTurn(): void {
    if (this.#hasTime()) this.#beginNext();
    this.#planned -= 1;
    if (this.#planned > 0) return;
    this.#turnBegan = undefined;
    this.#plan();
  }

  #beginNext(): void {
    const lane = decideLane(this.#ready(), this.#begun);
    if (!lane) return;
    this.#begun += 1;
    this.#take(lane)?.();
  }

  /** The lanes in which somebody could begin. */
  #ready(): readonly Lane[] {
    return lanes.filter(
      (lane) => this.waiting(lane) > 0 && (lane !== "resume" || this.#hasPlace()),
    );
  }

  #take(lane: Lane): Begin | undefined {
    return this.#waiting[lane].shift();
  }
}

/** How often whoever came last goes first. */
const everyFew = 4;

/**
 * Who is next. Those who are in are served before others are let in, so that few are half-way; but each fourth time
 * the other way round, so that nobody who is in can keep the door shut.
 */
export function decideLane(ready: readonly Lane[], begun: number): Lane | undefined {
  return begun % everyFew === everyFew - 1 ? ready.at(-1) : ready[0];
}
