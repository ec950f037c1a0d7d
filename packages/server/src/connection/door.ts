import type { ServerSettings } from "../options.js";
import type { ConnectRequest } from "../users.js";
import type { Admission } from "./admission.js";
import type { ConnectRate } from "./connect-rate.js";
import type { AdmissionRefusal, Connections } from "./connections.js";

/** Why a socket is not let in before it is opened. */
export type AcceptRefusal = AdmissionRefusal | "connecting_too_fast" | "draining" | "overloaded";

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
  readonly connectRate: ConnectRate;
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

  /** Why one more socket would not be let in now, and when it may be. Counts for nothing. */
  refusalOf(request: ConnectRequest): TurnedAway | undefined {
    const { connections, connectRate } = this.#parts;
    const tooFastMs = connectRate.waitMs(connections.addressOf(request));
    const reason = tooFastMs > 0 ? "connecting_too_fast" : this.#reasonNow(request);
    return reason && this.#turnAway(reason, tooFastMs);
  }

  #reasonNow(request: ConnectRequest): AcceptRefusal | undefined {
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
    const { connections, admission, connectRate } = this.#parts;
    const answer = (reason: AcceptRefusal | undefined, atLeastMs = 0) =>
      tell(reason && this.#turnAway(reason, atLeastMs));
    const address = connections.addressOf(request);
    // Whoever is refused for another reason has connected all the same.
    const tooFastMs = connectRate.take(address);
    const reason = tooFastMs > 0 ? "connecting_too_fast" : this.#reasonNow(request);
    if (reason) {
      answer(reason, tooFastMs);
      return () => {};
    }
    return admission.enter("upgrade", address, (outcome) =>
      answer(outcome === "ready" ? this.#reasonNow(request) : "overloaded"),
    );
  }

  #turnAway(reason: AcceptRefusal, atLeastMs: number): TurnedAway {
    const { drain, random } = this.#parts.settings;
    const spreadMs = reason === "draining" ? drain.spreadMs : defaultSpreadMs;
    return { reason, retryAfterMs: toRetryAfterMs(atLeastMs, spreadMs, random()) };
  }
}

/** The shortest time that is worth a new attempt, milliseconds. */
const shortestMs = 1_000;
/** Over how long those come back who were turned away together, milliseconds. */
const defaultSpreadMs = 10_000;

/** When who was turned away may come back: spread, or they would all be back at once. */
function toRetryAfterMs(atLeastMs: number, spreadMs: number, random: number): number {
  return Math.round(Math.max(shortestMs, atLeastMs) + random * spreadMs);
}
