import type { Socket } from "node:net";
import type { Clock } from "@runwire/protocol";
import { type CutKind, type DirectionPlan, toPieceLength } from "./fault-plan.js";

/** What the source of a lane did. */
type Sign =
  | { readonly type: "bytes"; readonly bytes: Buffer }
  | { readonly type: "end" }
  | { readonly type: "reset" };
type Waiting = Sign & { readonly dueAt: number };

/** What a lane is made of. */
export interface LaneParts {
  readonly source: Socket;
  readonly sink: Socket;
  readonly plan: DirectionPlan;
  readonly clock: Clock;
  /** The plan's cut is due: the whole connection ends. */
  readonly onCut: (by: CutKind) => void;
}

/** What waits in a lane before its source is left unread. */
const maxWaitingBytes = 1_048_576;

/**
 * One direction of one connection.
 *
 *   source ──▶ queue ──▶ due, and not held? ──▶ one piece ──▶ sink
 *
 * Everything that the source does goes through the queue, its end and its reset too: while the lane is held, the
 * sink learns nothing at all.
 */
export class Lane {
  readonly #parts: LaneParts;
  readonly #queue: Waiting[] = [];
  #plan: DirectionPlan;
  #waitingBytes = 0;
  #passedBytes = 0;
  #isHeld = false;
  #isClosed = false;
  #wake: () => void = () => {};

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#plan = parts.plan;
    parts.source.on("data", (bytes: Buffer) => this.#take({ type: "bytes", bytes }));
    parts.source.on("end", () => this.#take({ type: "end" }));
    parts.source.on("error", () => this.#take({ type: "reset" }));
  }

  /** How many bytes have passed. */
  get passedBytes(): number {
    return this.#passedBytes;
  }

  /** Passes on what comes until the lane is closed. */
  async run(): Promise<void> {
    this.#cutIfDue();
    while (!this.#isClosed) {
      const first = this.#queue[0];
      if (!first || this.#isStopped()) await this.#sleep();
      else if (first.dueAt > this.#now()) await this.#sleep(first.dueAt - this.#now());
      else if (first.type === "bytes") await this.#passPiece(first, first.bytes);
      else this.#passEnd(first.type);
    }
  }

  hold(): void {
    this.#isHeld = true;
  }

  /** What was held passes now; a black hole of the plan does not open again. */
  heal(): void {
    this.#isHeld = false;
    const { blackHoleAt: _, ...rest } = this.#plan;
    this.#plan = rest;
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#queue.length = 0;
    this.#parts.source.resume(); // else its end would never be read
    this.#wake();
  }

  #take(sign: Sign): void {
    if (this.#isClosed) return;
    this.#queue.push({ ...sign, dueAt: this.#now() + (this.#plan.delayMs ?? 0) });
    if (sign.type === "bytes") this.#waitingBytes += sign.bytes.length;
    if (this.#waitingBytes > maxWaitingBytes) this.#parts.source.pause();
    this.#wake();
  }

  #isStopped(): boolean {
    return this.#isHeld || this.#passedBytes >= (this.#plan.blackHoleAt ?? Infinity);
  }

  async #passPiece(first: Waiting, bytes: Buffer): Promise<void> {
    const piece = bytes.subarray(0, toPieceLength(this.#plan, this.#passedBytes, bytes.length));
    if (piece.length < bytes.length)
      this.#queue[0] = { ...first, type: "bytes", bytes: bytes.subarray(piece.length) };
    else this.#queue.shift();
    this.#waitingBytes -= piece.length;
    this.#passedBytes += piece.length;
    if (this.#waitingBytes <= maxWaitingBytes) this.#parts.source.resume();
    await this.#write(piece);
    if (!this.#cutIfDue()) await this.#rest(piece.length);
  }

  /** Resolves when the operating system has the bytes, or the sink is gone. */
  #write(piece: Buffer): Promise<void> {
    return new Promise((resolve) => this.#parts.sink.write(piece, () => resolve()));
  }

  /** The pause after a piece. */
  async #rest(bytes: number): Promise<void> {
    const { bytesPerSecond, sliceBytes } = this.#plan;
    if (bytesPerSecond !== undefined) await this.#wait((bytes * 1_000) / bytesPerSecond);
    // A turn of the event loop lets a receiver in this process read each piece by itself.
    else if (sliceBytes !== undefined) await new Promise((resolve) => setImmediate(resolve));
  }

  #passEnd(type: "end" | "reset"): void {
    this.#queue.shift();
    if (type === "end") this.#parts.sink.end();
    else this.#parts.sink.resetAndDestroy();
  }

  #cutIfDue(): boolean {
    const { cutAt } = this.#plan;
    if (this.#isClosed || !cutAt || this.#passedBytes < cutAt.byte) return false;
    this.#parts.onCut(cutAt.by);
    return true;
  }

  /** Sleeps until something happens, or for so long. */
  #sleep(milliseconds?: number): Promise<void> {
    return new Promise((resolve) => {
      const stop =
        milliseconds === undefined
          ? () => {}
          : this.#parts.clock.after(Math.max(0, milliseconds), resolve);
      this.#wake = () => {
        stop();
        resolve();
      };
    });
  }

  /** Sleeps for so long, whatever comes meanwhile. */
  async #wait(milliseconds: number): Promise<void> {
    const until = this.#now() + milliseconds;
    while (!this.#isClosed && this.#now() < until) await this.#sleep(until - this.#now());
  }

  #now(): number {
    return this.#parts.clock.monotonic();
  }
}
