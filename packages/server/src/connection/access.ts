import { afterAwake, type ServerClock } from "../clock.js";
import { secretsOf, toLoggable } from "../loggable.js";
import type { Logger } from "../logger.js";
import type { AuthOptions, ServerSettings } from "../options.js";
import type { Action, Credentials, User } from "../users.js";

/** What became of credentials. */
export type AuthenticationResult =
  | { readonly status: "welcome"; readonly user: User | undefined }
  | { readonly status: "refused" }
  /** The application's handler threw, hung, or gave no user: nobody comes in, and may try again. */
  | { readonly status: "failed" }
  /** Too many others were asked about first. */
  | { readonly status: "busy" };

/** How long credentials wait for their turn, milliseconds. */
const longestWaitMs = 10_000;

/** Asks the application who somebody is, and what they may. Whatever its handlers do, the answer is safe. */
export class Access {
  readonly #authenticate: ServerSettings["authenticate"];
  readonly #authorize: ServerSettings["authorize"];
  readonly #options: AuthOptions;
  readonly #clock: ServerClock;
  readonly #logger: Logger;
  /** Whose turn has not come yet, the first first. */
  readonly #waiting = new Set<() => void>();
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

  /** Asks who it is, when its turn has come; whoever is gone by then (`isWanted`) is not asked about. */
  async authenticate(
    credentials: Credentials,
    isWanted: () => boolean = () => true,
  ): Promise<AuthenticationResult> {
    const ask = this.#authenticate;
    if (!ask) return { status: "welcome", user: undefined };
    if (!(await this.#takeTurn())) return { status: "busy" };
    try {
      if (!isWanted()) return { status: "busy" };
      const user = await this.#within("authenticate", async () => ask(credentials));
      if (user === null) return { status: "refused" };
      if (isUser(user)) return { status: "welcome", user };
      this.#logger.error(
        "authenticate must return null or { id, expiresAt? }: a text that is not empty, a number",
      );
      return { status: "failed" };
    } catch (error) {
      const secrets = secretsOf(credentials.token, credentials.request);
      this.#logger.error("authenticate failed; nobody was let in", toLoggable(error, secrets));
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

  /**
   * Bounded, so that a storm of returning clients does not fall on the application's user database; and nobody
   * waits for longer than a client would.
   */
  #takeTurn(): Promise<boolean> {
    if (this.#asked < this.#options.maxConcurrent) {
      this.#asked += 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const take = () => {
        stop();
        resolve(true);
      };
      const stop = this.#clock.after(longestWaitMs, () => {
        this.#waiting.delete(take);
        resolve(false);
      });
      this.#waiting.add(take);
    });
  }

  #giveTurn(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#asked -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }

  #within<Value>(name: string, ask: () => Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const { timeoutMs } = this.#options;
      const stop = afterAwake(this.#clock, timeoutMs, () =>
        reject(new Error(`${name} did not answer within ${timeoutMs} ms`)),
      );
      ask().then(resolve, reject).finally(stop);
    });
  }
}

/** What the types say already, for those who write JavaScript. */
function isUser(value: unknown): value is User {
  if (typeof value !== "object" || value === null) return false;
  const { id, expiresAt } = value as Partial<Record<keyof User, unknown>>;
  if (typeof id !== "string" || id === "") return false;
  return expiresAt === undefined || (typeof expiresAt === "number" && Number.isFinite(expiresAt));
}
