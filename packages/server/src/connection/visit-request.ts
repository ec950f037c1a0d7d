import type { ClientMessage, Publish, Report } from "@runwire/protocol";
import type { ServerSettings } from "../options.js";
import { Refusal } from "../refusal.js";
import type { CommandDesk } from "../runs/command-desk.js";
import { CommandRequests } from "./command-requests.js";
import type { Dialogue } from "./dialogue.js";
import type { Guest } from "./guest-book.js";
import { countOf } from "./handle-message.js";
import { keepNowhere } from "./held-runs.js";
import type { MessageRate } from "./message-rate.js";
import { type BadMessage, type Received, readMessage } from "./read-message.js";
import { ReadRequests, type ReadServices } from "./read-requests.js";
import { type PublishIntake, WriteRequests, type WriteServices } from "./write-requests.js";

/** What a request over HTTP needs of the server. */
export interface VisitRequestServices extends ReadServices, WriteServices {
  readonly settings: ServerSettings;
  readonly commandDesk: CommandDesk;
}

/** What a request over HTTP is made of. */
export interface VisitRequestParts {
  readonly dialogue: Dialogue;
  readonly guest: Guest;
  readonly onReport: (report: Report) => void;
  /** Something is written from now on: its answer says whether it was. */
  readonly onWriting: () => void;
}

type GoodMessage = Extract<Received, { readonly status: "message" }>;

/** The one message of a request over HTTP, handled by the same desks as on a connection. */
export class VisitRequest {
  readonly #parts: VisitRequestParts;
  readonly #services: VisitRequestServices;
  readonly #reads: ReadRequests;
  readonly #writes: WriteRequests;
  readonly #commands: CommandRequests;

  constructor(parts: VisitRequestParts, services: VisitRequestServices) {
    const { dialogue } = parts;
    const { commandDesk, settings } = services;
    this.#parts = parts;
    this.#services = services;
    this.#reads = new ReadRequests(dialogue, services);
    this.#writes = new WriteRequests(dialogue, services, unhurried, keepNowhere(commandDesk));
    this.#commands = new CommandRequests(dialogue, commandDesk, settings.limits.maxPendingBytes);
  }

  /** Resolves when it was done or is under way; the answer goes where those of the dialogue go. */
  async handle(text: string): Promise<void> {
    const received = readMessage(text);
    switch (received.status) {
      case "not_a_message":
        this.#refuseBad({ problem: "the body must be a JSON object with a type" });
        break;
      case "bad_message":
        this.#refuseBad(received);
        break;
      case "message":
        await this.#take(received);
    }
  }

  async #take({ message, text }: GoodMessage): Promise<void> {
    const rate = this.#rateOf(message);
    if (rate && rate.judge() !== "take") this.#slowDown(message, rate);
    else await this.#do(message, text);
  }

  async #do(message: ClientMessage, text: string): Promise<void> {
    switch (message.type) {
      case "publish":
        await this.#publish(message, text);
        break;
      case "renew":
        this.#parts.onWriting();
        await this.#writes.renew(message);
        break;
      case "fetch":
        await this.#reads.fetch(message);
        break;
      case "list":
        await this.#reads.list(message);
        break;
      case "command":
        this.#commands.command(message, text);
        break;
      case "report":
        this.#parts.onReport(message);
        break;
      default:
        this.#refuseBad({ ...message, problem: `${message.type} needs a WebSocket` });
    }
  }

  /** Where a socket would be left unread, the request waits: one after another, each for what was sent before it. */
  async #publish(message: Publish, text: string): Promise<void> {
    const { dialogue, guest, onWriting } = this.#parts;
    const { publishBudget } = this.#services;
    const begin = (): Promise<void> => {
      onWriting();
      return this.#writes.publish(message, text);
    };
    if (!publishBudget) return begin();
    const begun = await guest.inLine(async () => {
      await publishBudget.turn(dialogue.reader, () => dialogue.isOpen);
      return { done: dialogue.isOpen ? begin() : undefined };
    });
    await begun.done;
  }

  #rateOf(message: ClientMessage): MessageRate | undefined {
    const { requestRate, signRate } = this.#parts.guest;
    switch (countOf(message)) {
      case "request":
        return requestRate;
      case "sign":
        return signRate;
      case "none":
        return undefined;
    }
  }

  #slowDown(message: ClientMessage, { paceMs }: MessageRate): void {
    const asked = "id" in message ? { id: message.id } : {};
    const details = { retryAfterMs: paceMs };
    const refusal = new Refusal("rate_limited", "too many messages; wait", details);
    this.#parts.dialogue.refuse(asked, refusal);
  }

  #refuseBad({ problem, id, channel }: Pick<BadMessage, "problem" | "id" | "channel">): void {
    const asked = { ...(id !== undefined && { id }), ...(channel !== undefined && { channel }) };
    this.#parts.guest.countBad();
    this.#parts.dialogue.refuse(asked, new Refusal("bad_message", problem));
  }
}

/** Nothing is read from here that could be left unread. */
const unhurried: PublishIntake = { isTooMuch: () => false, stop() {}, go() {} };
