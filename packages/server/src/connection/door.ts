import type { ServerSettings } from "../options.js";
import type { ConnectRequest } from "../users.js";
import type { Admission } from "./admission.js";
import type { AdmissionRefusal, Connections } from "./connections.js";

/** Why a socket is not let in before it is opened. */
export type AcceptRefusal = AdmissionRefusal | "draining" | "overloaded";

/** That a socket is not let in, and when it may come back. */
export interface TurnedAway {
  readonly reason: AcceptRefusal;
  readonly retryAfterMs: number;
}

/** What a door goes by. */
export interface DoorParts {
  readonly settings: Pick<ServerSettings, "drain" | "random">;
  readonly connections: Connections;
  readonly admission: Admission;
  /** Whether too much waits for slow readers. */
  readonly budget: { readonly isOver: boolean };
  readonly isClosing: () => boolean;
}

/** Decides who may open a socket, and when. */
export class Door {
  readonly #parts: DoorParts;

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  /** Why one more socket would not be let in now. */
  refusalOf(request: ConnectRequest): AcceptRefusal | undefined {
    const { connections, admission, budget, isClosing } = this.#parts;
    if (isClosing()) return "draining";
    if (budget.isOver) return "overloaded";
    const address = connections.addressOf(request);
    return connections.refusalOf(address, {
      all: admission.waiting("upgrade"),
      ofAddress: admission.waiting("upgrade", address),
    });
  }

  /** Tells whether a socket may be opened, when it is its turn; returns what takes the question back. */
  admit(request: ConnectRequest, tell: (away: TurnedAway | undefined) => void): () => void {
    const { connections, admission } = this.#parts;
    const answer = (reason: AcceptRefusal | undefined) => tell(reason && this.#turnAway(reason));
    const reason = this.refusalOf(request);
    if (reason) {
      answer(reason);
      return () => {};
    }
    return admission.enter("upgrade", connections.addressOf(request), (outcome) =>
      answer(outcome === "ready" ? this.refusalOf(request) : "overloaded"),
    );
  }

  #turnAway(reason: AcceptRefusal): TurnedAway {
    const { drain, random } = this.#parts.settings;
    return { reason, retryAfterMs: toRetryAfterMs(reason, random(), drain.spreadMs) };
  }
}

/** The shortest time that is worth a new attempt, milliseconds. */
const atLeastMs = 1_000;
/** Over how long those come back who were turned away together, milliseconds. */
const spreadMs = 10_000;

/** When who was turned away may come back: spread, or they would all be back at once. */
export function toRetryAfterMs(
  reason: AcceptRefusal,
  random: number,
  drainSpreadMs: number,
): number {
  const overMs = reason === "draining" ? drainSpreadMs : spreadMs;
  return Math.round(atLeastMs + random * overMs);
}
