import { type Authenticate, protocolLimits, type Welcome } from "@runwire/protocol";
import type { Clock } from "../clock.js";
import { Refusal } from "../refusal.js";
import type { ConnectRequest, User } from "../users.js";
import type { Access } from "./access.js";
import type { Dialogue } from "./dialogue.js";

/** What became of a fresh token. */
export type RenewalResult = "kept" | "another-user";

/** A timer takes no longer time than this, milliseconds. */
const longestTimerMs = 2 ** 31 - 1;

/** The credentials of a welcomed connection: how long they last, and how fresh ones take their place. */
export class CredentialKeeper {
  readonly #dialogue: Dialogue;
  readonly #access: Access;
  readonly #clock: Clock;
  readonly #request: ConnectRequest;
  readonly #onExpired: () => void;
  #stopTimer: () => void = () => {};

  constructor(
    dialogue: Dialogue,
    parts: { readonly access: Access; readonly clock: Clock; readonly request: ConnectRequest },
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
   * Puts a fresh token in the place of the old one, and answers.
   *
   * @throws Refusal `unauthenticated`: the old one goes on
   */
  async renew({ id, token }: Authenticate): Promise<RenewalResult> {
    const result = await this.#access.authenticate({ token, request: this.#request });
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
    else this.#stopTimer = this.#clock.after(Math.min(leftMs, longestTimerMs), () => this.#watch());
  }
}

/** What `welcome` and `authenticated` say of a user. */
export function toShown(user: User | undefined): Pick<Welcome, "user" | "expiresAt"> {
  if (!user) return {};
  const { id, expiresAt } = user;
  return { user: { id }, ...(expiresAt !== undefined && { expiresAt }) };
}
