/** How a connection is ended: `fin` in good order, `rst` with a reset. */
export type CutKind = "fin" | "rst";

/** `up` is from the client to the server, `down` the other way. */
export type Direction = "up" | "down";

/** What happens to the bytes of one direction of one connection. */
export interface DirectionPlan {
  /**
   * Ends the whole connection, to both sides, once exactly `byte` bytes of this direction have passed; 0 ends it
   * before the first one. Before a reset the bytes are handed to the operating system; Linux gives them to the
   * receiver first, others may drop what it has not read yet.
   */
  readonly cutAt?: { readonly byte: number; readonly by: CutKind };
  /** Lets this many bytes pass, and holds everything after them; the connection stays open and silent. */
  readonly blackHoleAt?: number;
  /** Passes the bytes on in pieces of at most so many, each written by itself. */
  readonly sliceBytes?: number;
  /** How long every byte is under way, milliseconds. */
  readonly delayMs?: number;
  /** How many bytes pass in a second. */
  readonly bytesPerSecond?: number;
}

/** What happens to one connection; nothing where nothing is said. */
export interface FaultPlan {
  readonly up?: DirectionPlan;
  readonly down?: DirectionPlan;
}

/** The plan of every connection, or of each by its number, from 0. */
export type FaultPlans = FaultPlan | ((connection: number) => FaultPlan | undefined);

export function planFor(plans: FaultPlans | undefined, connection: number): FaultPlan {
  return (typeof plans === "function" ? plans(connection) : plans) ?? {};
}

/** A slow line passes what it has this often in a second, not a second's worth at once. */
const stepsPerSecond = 50;

/** How many of `waiting` bytes the next piece has, `passed` having gone before it; 0 where the plan lets none pass. */
export function toPieceLength(plan: DirectionPlan, passed: number, waiting: number): number {
  const { cutAt, blackHoleAt = Infinity, sliceBytes = Infinity, bytesPerSecond = Infinity } = plan;
  return Math.min(
    waiting,
    Math.max(0, (cutAt?.byte ?? Infinity) - passed),
    Math.max(0, blackHoleAt - passed),
    sliceBytes,
    Math.max(1, Math.ceil(bytesPerSecond / stepsPerSecond)),
  );
}
