import type { ServerMessage } from "@runwire/protocol";
import type { ServerClock } from "../clock.js";
import type { SlowReaderOptions } from "../options.js";
import type { ServerSocket, SharedMessage } from "../socket.js";
import { HeldMessages } from "./held-messages.js";
import type { Intake } from "./intake.js";
import type { SharedBytes } from "./shared-bytes.js";

/** Counts what all sockets together have not taken. */
export interface UnsentBudget {
  readonly shared: SharedBytes;
  /** So many bytes more wait for one socket alone. */
  onWaiting(bytes: number): void;
}

/**
 * What a shared message costs each socket that waits with it, bytes: its places here and in Node's stream, measured
 * 96 to 118. Its own bytes are not copied, neither here nor there.
 */
export const placeBytes = 128;

/**
 * What goes out of one connection. It keeps nothing itself: what a socket has not taken yet is bounded by whoever
 * asks first whether there is room, and answers by leaving the socket unread while too many of them wait.
 */
export class Outbox {
  readonly #socket: ServerSocket;
  readonly #limits: SlowReaderOptions;
  readonly #clock: ServerClock;
  readonly #intake: Intake;
  readonly #budget: UnsentBudget;
  readonly #waiting: (() => void)[] = [];
  #lastTurn: Promise<unknown> = nothingBefore;
  #isClosed = false;
  #isOverfull = false;
  #sentBytes = 0;
  #takenBytes = 0;
  #takenAt: number;
  /** Made for the first message that a socket does not take at once: most take all. */
  #held: HeldMessages | undefined;

  constructor(
    socket: ServerSocket,
    intake: Intake,
    limits: SlowReaderOptions,
    clock: ServerClock,
    budget: UnsentBudget,
  ) {
    this.#budget = budget;
    this.#socket = socket;
    this.#intake = intake;
    this.#limits = limits;
    this.#clock = clock;
    this.#takenAt = clock.monotonic();
  }

  /** Bytes that the socket has not taken yet. */
  get bufferedBytes(): number {
    return this.#isClosed ? 0 : this.#socket.bufferedBytes();
  }

  /** What of these is in memory for this socket alone, and its places in the queue. */
  get ownBytes(): number {
    const { bytes, count } = this.#held ?? nothingHeld;
    return Math.max(0, this.bufferedBytes - bytes) + count * placeBytes;
  }

  /** What of the memory is this socket's part: of what it shares with another, half. */
  get costBytes(): number {
    return this.ownBytes + (this.#held?.part ?? 0);
  }

  send(message: ServerMessage): void {
    this.sendText(JSON.stringify(message));
  }

  /** Sends a message that is text already. */
  sendText(text: string): void {
    if (this.#isClosed) return;
    const bytes = Buffer.byteLength(text);
    this.#sentBytes += bytes;
    this.#socket.send(text);
    if (this.bufferedBytes === 0) return;
    this.#budget.onWaiting(bytes);
    this.#checkOverfull();
  }

  /** Sends a message that is shared with others; ask `canTake` or `inTurn` before. */
  sendShared(message: SharedMessage): void {
    if (this.#isClosed) return;
    this.#sentBytes += message.bytes.length;
    this.#socket.sendShared(message);
    if (this.bufferedBytes === 0) this.#held?.letGoOfAll();
    else this.#hold(message);
  }

  /** Whether so many bytes may be pushed on top of what waits. An idle socket takes anything. */
  canTake(bytes: number): boolean {
    const buffered = this.bufferedBytes;
    return buffered === 0 || buffered + bytes <= this.#limits.maxBufferedBytes;
  }

  /**
   * Does `work`, which sends something large, when what came before it is done and the socket has room again, or
   * nobody is there to send to.
   */
  inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#lastTurn.then(() => this.#whenRoom()).then(work);
    this.#lastTurn = done.catch(() => {});
    return done;
  }

  /** The socket took something. */
  onDrain(): void {
    if (this.#held?.count) this.#held.takenUpTo(this.#sentBytes - this.bufferedBytes);
    if (this.#waiting.length === 0 && !this.#isOverfull) return;
    if (this.#hasRoom()) this.#wake();
  }

  /** Whether the socket has taken no byte of what waits for it for too long. */
  isStuck(): boolean {
    const buffered = this.bufferedBytes;
    const taken = this.#sentBytes - buffered;
    const now = this.#clock.monotonic();
    if (buffered === 0 || taken > this.#takenBytes) {
      this.#takenBytes = taken;
      this.#takenAt = now;
    }
    return now - this.#takenAt >= this.#limits.timeoutMs;
  }

  /** Time in which this process stood still, and no socket could take anything. */
  forgive(milliseconds: number): void {
    this.#takenAt += milliseconds;
  }

  /** Nothing is sent from now on. */
  close(): void {
    this.#isClosed = true;
    this.#held?.letGoOfAll();
    this.#wake();
  }

  #hold(message: SharedMessage): void {
    this.#held ??= new HeldMessages(this.#budget.shared);
    this.#held.add(message, this.#sentBytes);
    this.#budget.onWaiting(placeBytes);
  }

  #hasRoom(): boolean {
    return this.#isClosed || this.bufferedBytes < Math.max(1, this.#limits.resumeBelowBytes);
  }

  #whenRoom(): Promise<void> {
    if (this.#hasRoom()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Answers are not refused room, so who does not take them is asked nothing more. */
  #checkOverfull(): void {
    if (this.#isOverfull || this.bufferedBytes <= this.#limits.maxBufferedBytes) return;
    this.#isOverfull = true;
    this.#intake.stop();
  }

  #wake(): void {
    if (this.#isOverfull) this.#intake.go();
    this.#isOverfull = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const nothingHeld = { bytes: 0, count: 0 };
const nothingBefore = Promise.resolve();
