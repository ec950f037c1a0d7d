import { type CloseName, type Hello, protocolLimits } from "@runwire/protocol";
import type { ServerClock } from "../clock.js";
import type { ConnectRequest, User } from "../users.js";
import type { Access } from "./access.js";
import type { Admission, TurnOutcome } from "./admission.js";
import { bearerToken } from "./bearer-token.js";
import { readMessage } from "./read-message.js";

/** What a greeting needs, and whom it tells. */
export interface GreetingOptions {
  readonly request: ConnectRequest;
  readonly access: Access;
  readonly admission: Admission;
  readonly clock: ServerClock;
  readonly maxBytes: number;
  /** The client is in; `early` is what it sent before it knew, in order. */
  readonly onWelcome: (user: User | undefined, early: readonly string[]) => void;
  readonly onRefused: (close: CloseName | "internal") => void;
}

const closeFor = { refused: "unauthenticated", failed: "internal", busy: "overloaded" } as const;

/**
 * Everything before `welcome`:
 *
 *   open ── hello ──▶ its turn ──▶ asking the application ── user ──▶ welcome, and what came meanwhile
 *    │                   │ too many wait: 1013       │ nobody: 4401 · it failed: 1011 · too many ask: 1013
 *    └ 10 s: 4408 · anything else: 4400 · more than 64 KiB: 1009
 */
export class Greeting {
  readonly #options: GreetingOptions;
  readonly #early: string[] = [];
  readonly #stopTimer: () => void;
  #leaveLine: () => void = () => {};
  #bytes = 0;
  #state: "open" | "asking" | "over" = "open";

  constructor(options: GreetingOptions) {
    this.#options = options;
    this.#stopTimer = options.clock.after(protocolLimits.helloTimeoutMs, () =>
      this.#refuse("helloTimeout"),
    );
  }

  /** Whether the application is being asked who this is. */
  get isAsking(): boolean {
    return this.#state === "asking";
  }

  onMessage(text: string, bytes: number): void {
    if (this.#state === "over") return;
    this.#bytes += bytes;
    if (this.#bytes > this.#options.maxBytes) this.#refuse("messageTooBig");
    else if (this.#state === "asking") this.#early.push(text);
    else this.#onFirst(text);
  }

  /** The socket is gone. */
  close(): void {
    this.#state = "over";
    this.#stopTimer();
    this.#leaveLine();
  }

  #onFirst(text: string): void {
    const received = readMessage(text);
    if (received.status !== "message" || received.message.type !== "hello") {
      this.#refuse("notAMessage");
      return;
    }
    this.#state = "asking";
    this.#stopTimer();
    const { message } = received;
    this.#leaveLine = this.#options.admission.enter("greeting", this, (outcome) =>
      this.#onTurn(outcome, message),
    );
  }

  #onTurn(outcome: TurnOutcome, hello: Hello): void {
    if (outcome === "ready") void this.#ask(hello);
    else this.#refuse("overloaded");
  }

  async #ask(hello: Hello): Promise<void> {
    const { access, request, onWelcome } = this.#options;
    const token = hello.token ?? bearerToken(request);
    const credentials = { request, ...(token !== undefined && { token }) };
    const result = await access.authenticate(credentials, () => this.#state !== "over");
    if (this.#state === "over") return;
    if (result.status !== "welcome") {
      this.#refuse(closeFor[result.status]);
      return;
    }
    this.close();
    onWelcome(result.user, this.#early);
  }

  #refuse(close: CloseName | "internal"): void {
    this.close();
    this.#options.onRefused(close);
  }
}
