import type { ErrorMessage, ServerMessage } from "@runwire/protocol";
import type { Actor } from "@runwire/store";
import type { Logger } from "../logger.js";
import { forbidden, type Refusal, toRefusal } from "../refusal.js";
import type { Action, User } from "../users.js";
import type { Access } from "./access.js";

/** What an answer belongs to. */
export interface Asked {
  readonly id?: string;
  readonly channel?: string;
}

/** Where answers go. */
export interface AnswerSink {
  send(message: ServerMessage): void;
  /** Sends a message that is text already. */
  sendText(text: string): void;
  /** Does `work`, which sends something large, when what came before it is done and there is room. */
  inTurn<Value>(work: () => Promise<Value>): Promise<Value>;
}

/** What a dialogue is made of. */
export interface DialogueParts {
  /** Who pays for what is read and published where there is no user. */
  readonly stranger: string;
  readonly user: User | undefined;
  readonly access: Access;
  readonly outbox: AnswerSink;
  readonly logger: Logger;
  /** Told of each `forbidden`; too many end the connection. */
  readonly onForbidden: () => void;
}

/** Who asks, as the handlers of requests see it: who it is, what they may, how to answer. */
export class Dialogue {
  readonly outbox: AnswerSink;
  user: User | undefined;
  isOpen = true;
  readonly #parts: DialogueParts;
  /** How often rights of this user were revoked: a yes from before the last time is none. */
  #revocations = 0;

  constructor(parts: DialogueParts) {
    this.outbox = parts.outbox;
    this.user = parts.user;
    this.#parts = parts;
  }

  /** Who acts here, as the store keeps it. */
  get actor(): Actor {
    return this.user ? { type: "user", id: this.user.id } : { type: "user" };
  }

  /** Who pays for what is read and published here. */
  get reader(): string {
    return toPayer(this.user, this.#parts.stranger);
  }

  /** @throws what the application's handler threw */
  may(action: Action, channel: string): Promise<boolean> {
    return this.#parts.access.authorize(this.user, action, channel);
  }

  /** Rights of this user were taken away: what is under way is asked about anew before it is answered. */
  revoke(): void {
    this.#revocations += 1;
  }

  /**
   * Asks again when a right was revoked while the application thought: its yes may be older than that.
   *
   * @throws Refusal `forbidden`
   */
  async mustBeAllowed(action: Action, channel: string): Promise<void> {
    let asked: number;
    do {
      asked = this.#revocations;
      if (!(await this.may(action, channel))) throw forbidden();
    } while (asked !== this.#revocations);
  }

  /**
   * Does `read` when the user may, and then `use` with what it gave, when the user still may: in the same turn as
   * the check, so that no revocation passes between the two.
   *
   * @throws Refusal `forbidden`
   */
  async whileAllowed<Value>(
    action: Action,
    channel: string,
    read: () => Value | Promise<Value>,
    use: (value: Value) => void,
  ): Promise<void> {
    let asked = this.#revocations;
    await this.mustBeAllowed(action, channel);
    const value = await read();
    while (asked !== this.#revocations) {
      asked = this.#revocations;
      await this.mustBeAllowed(action, channel);
    }
    use(value);
  }

  /** Does what was asked; whatever goes wrong is answered under the request's `id`, and never more than that. */
  async answer(asked: Asked, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { refusal, isForeign } = toRefusal(error);
      if (isForeign) this.#parts.logger.error(`a request failed (${refusal.code})`, error);
      this.refuse(asked, refusal);
    }
  }

  /** Sends an `error`. */
  refuse({ id, channel }: Asked, { code, message, details }: Refusal): void {
    const error: ErrorMessage = {
      type: "error",
      code,
      message,
      ...toAddress(id, channel),
      ...details,
    };
    this.outbox.send(error);
    if (code === "forbidden") this.#parts.onForbidden();
  }
}

/** Under which name it is counted what somebody reads, publishes and asks. */
export function toPayer(user: User | undefined, stranger: string): string {
  return user ? `user ${user.id}` : stranger;
}

/** The `id` where there is one, else the channel. */
function toAddress(id: string | undefined, channel: string | undefined) {
  if (id !== undefined) return { id };
  return channel === undefined ? {} : { channel };
}
