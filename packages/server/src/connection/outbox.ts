import type { ServerMessage } from "@runwire/protocol";
import type { ServerClock } from "../clock.js";
import type { SlowReaderOptions } from "../options.js";
import type { ServerSocket, SharedMessage } from "../socket.js";
import type { Intake } from "./intake.js";

/**
 * What goes out of one connection. It keeps nothing itself: what a socket has not taken yet is bounded by whoever
 * asks first whether there is room, and answers by leaving the socket unread while too many of them wait.
 */
export class Outbox {
  readonly #socket: ServerSocket;
  readonly #limits: SlowReaderOptions;
  readonly #clock: ServerClock;
  readonly #intake: Intake;
  readonly #onSent: (bytes: number) => void;
  readonly #waiting: (() => void)[] = [];
  #lastTurn: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  #isOverfull = false;
  #sentBytes = 0;
  #takenBytes = 0;
  #takenAt: number;

  constructor(
    socket: ServerSocket,
    intake: Intake,
    limits: SlowReaderOptions,
    clock: ServerClock,
    onSent: (bytes: number) => void = () => {},
  ) {
    this.#onSent = onSent;
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

  send(message: ServerMessage): void {
    this.sendText(JSON.stringify(message));
  }

  /** Sends a message that is text already. */
  sendText(text: string): void {
    if (this.#isClosed) return;
    this.#count(Buffer.byteLength(text));
    this.#socket.send(text);
    this.#checkOverfull();
  }

  /** Sends a message that is shared with others; ask `canTake` or `inTurn` before. */
  sendShared(message: SharedMessage): void {
    if (this.#isClosed) return;
    this.#count(message.bytes.length);
    this.#socket.sendShared(message);
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
    this.#wake();
  }

  #count(bytes: number): void {
    this.#sentBytes += bytes;
    this.#onSent(bytes);
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
