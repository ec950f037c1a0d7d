import { type Authenticate, protocolLimits, type Welcome } from "@runwire/protocol";
import type { ServerClock } from "../clock.js";
import { Refusal } from "../refusal.js";
import type { ConnectRequest, User } from "../users.js";
import type { Access } from "./access.js";
import type { Dialogue } from "./dialogue.js";

/** What became of a fresh token. */
export type RenewalResult = "kept" | "another-user" | "gone";

/** How long a timer waits at most before the wall clock is read again, milliseconds. */
const lookAgainMs = 86_400_000;

/** The credentials of a welcomed connection: how long they last, and how fresh ones take their place. */
export class CredentialKeeper {
  readonly #dialogue: Dialogue;
  readonly #access: Access;
  readonly #clock: ServerClock;
  readonly #request: ConnectRequest;
  readonly #onExpired: () => void;
  #stopTimer: () => void = nothing;
  #lastRenewal: Promise<unknown> = nothingBefore;

  constructor(
    dialogue: Dialogue,
    parts: {
      readonly access: Access;
      readonly clock: ServerClock;
      readonly request: ConnectRequest;
    },
    onExpired: () => void,
  ) {
    this.#dialogue = dialogue;
    this.#access = parts.access;
    this.#clock = parts.clock;
    this.#request = parts.request;
    this.#onExpired = onExpired;
    this.#watch();
  }

  /**
   * Puts a fresh token in the place of the old one, and answers. Of several the last one sent stays, so they are
   * asked about one after another.
   *
   * @throws Refusal `unauthenticated`: the old one goes on
   */
  renew(message: Authenticate): Promise<RenewalResult> {
    const renewal = this.#lastRenewal.then(() => this.#renew(message));
    this.#lastRenewal = renewal.catch(() => {});
    return renewal;
  }

  async #renew({ id, token }: Authenticate): Promise<RenewalResult> {
    if (!this.#dialogue.isOpen) return "gone";
    const credentials = { token, request: this.#request };
    const result = await this.#access.authenticate(credentials, () => this.#dialogue.isOpen);
    if (!this.#dialogue.isOpen) return "gone";
    if (result.status === "busy")
      throw new Refusal("rate_limited", "too many tokens are checked now; the old one goes on", {
        retryAfterMs: 1_000,
      });
    if (result.status === "failed")
      throw new Refusal("internal", "the token could not be checked; the old one goes on");
    if (result.status === "refused")
      throw new Refusal("unauthenticated", "the token was refused; the old one goes on");
    if (result.user?.id !== this.#dialogue.user?.id) return "another-user";
    this.#dialogue.user = result.user;
    this.#watch();
    this.#dialogue.outbox.send({ type: "authenticated", id, ...toShown(result.user) });
    return "kept";
  }

  close(): void {
    this.#stopTimer();
  }

  #watch(): void {
    this.#stopTimer();
    const expiresAt = this.#dialogue.user?.expiresAt;
    if (expiresAt === undefined) return;
    const leftMs = expiresAt + protocolLimits.expiryGraceMs - this.#clock.now();
    if (leftMs <= 0) this.#stopTimer = this.#clock.after(0, this.#onExpired);
    // By the wall clock, which may be set while the timer runs.
    else this.#stopTimer = this.#clock.after(Math.min(leftMs, lookAgainMs), () => this.#watch());
  }
}

/** What `welcome` and `authenticated` say of a user. */
export function toShown(user: User | undefined): Pick<Welcome, "user" | "expiresAt"> {
  if (!user) return {};
  const { id, expiresAt } = user;
  return { user: { id }, ...(expiresAt !== undefined && { expiresAt: Math.floor(expiresAt) }) };
}

const nothingBefore = Promise.resolve();
function nothing(): void {}
