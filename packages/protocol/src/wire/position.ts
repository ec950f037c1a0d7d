import { isEpoch } from "./names.js";

/** “I have everything of this channel up to and including `offset`, in the log's life named `epoch`.” */
export interface Position {
  readonly epoch: string;
  /** An integer ≥ 0; 0 is before the first event. */
  readonly offset: number;
}

/**
 * Whether `value` is an offset that a position may hold: an integer from 0 to 2^53 − 1.
 *
 * @example
 * isOffset(0); // true: before the first event
 */
export function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * Whether `value` is a well-formed position. Whether a log has it, only its server knows.
 *
 * @example
 * isPosition({ epoch: "k3J_x-9", offset: 17 }); // true
 */
export function isPosition(value: unknown): value is Position {
  if (typeof value !== "object" || value === null) return false;
  const { epoch, offset } = value as Partial<Position>;
  return isEpoch(epoch) && isOffset(offset);
}

/**
 * Writes a position as `EPOCH:OFFSET`, the form of URLs, `Last-Event-ID` and command lines.
 *
 * @example
 * formatPosition({ epoch: "k3J_x-9", offset: 17 }); // "k3J_x-9:17"
 */
export function formatPosition(position: Position): string {
  return `${position.epoch}:${position.offset}`;
}

/**
 * Reads what {@link formatPosition} wrote; `undefined` when the text is not of that form.
 *
 * @example
 * parsePosition("k3J_x-9:17"); // { epoch: "k3J_x-9", offset: 17 }
 */
export function parsePosition(text: string): Position | undefined {
  const match = /^([^:]+):(0|[1-9][0-9]{0,15})$/.exec(text);
  if (!match) return undefined;
  const position = { epoch: match[1], offset: Number(match[2]) };
  return isPosition(position) ? position : undefined;
}
