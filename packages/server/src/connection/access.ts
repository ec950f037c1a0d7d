import type { Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import type { AuthOptions, ServerSettings } from "../options.js";
import type { Action, Credentials, User } from "../users.js";

/** What became of credentials. */
export type AuthenticationResult =
  | { readonly status: "welcome"; readonly user: User | undefined }
  | { readonly status: "refused" }
  /** The application's handler threw, hung, or gave no user: nobody comes in, and may try again. */
  | { readonly status: "failed" };

/** Asks the application who somebody is, and what they may. Whatever its handlers do, the answer is safe. */
export class Access {
  readonly #authenticate: ServerSettings["authenticate"];
  readonly #authorize: ServerSettings["authorize"];
  readonly #options: AuthOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #waiting: (() => void)[] = [];
  #asked = 0;

  constructor(
    settings: Pick<ServerSettings, "authenticate" | "authorize" | "auth" | "clock" | "logger">,
  ) {
    this.#authenticate = settings.authenticate;
    this.#authorize = settings.authorize;
    this.#options = settings.auth;
    this.#clock = settings.clock;
    this.#logger = settings.logger;
  }

  async authenticate(credentials: Credentials): Promise<AuthenticationResult> {
    const ask = this.#authenticate;
    if (!ask) return { status: "welcome", user: undefined };
    await this.#takeTurn();
    try {
      const user = await this.#within("authenticate", async () => ask(credentials));
      if (user === null) return { status: "refused" };
      if (typeof user?.id === "string" && user.id !== "") return { status: "welcome", user };
      this.#logger.error("authenticate must return { id } with a text that is not empty, or null");
      return { status: "failed" };
    } catch (error) {
      this.#logger.error("authenticate failed; nobody was let in", error);
      return { status: "failed" };
    } finally {
      this.#giveTurn();
    }
  }

  /** Whether the user may. @throws what the handler threw: then the answer is no, and an `internal` error */
  async authorize(user: User | undefined, action: Action, channel: string): Promise<boolean> {
    const ask = this.#authorize;
    if (!ask) return true;
    // Where there is `authorize` there is `authenticate`, and without a user nobody is welcomed.
    if (!user) return false;
    return (await this.#within("authorize", async () => ask({ user, action, channel }))) === true;
  }

  /** Bounded, so that a storm of returning clients does not fall on the application's user database. */
  async #takeTurn(): Promise<void> {
    if (this.#asked < this.#options.maxConcurrent) this.#asked += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #giveTurn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#asked -= 1;
  }

  #within<Value>(name: string, ask: () => Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const { timeoutMs } = this.#options;
      const stop = this.#clock.after(timeoutMs, () =>
        reject(new Error(`${name} did not answer within ${timeoutMs} ms`)),
      );
      ask().then(resolve, reject).finally(stop);
    });
  }
}
