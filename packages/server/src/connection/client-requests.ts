import type {
  Authenticate,
  Command,
  Fetch,
  Handled,
  List,
  Ping,
  Publish,
  Renew,
  Report,
  Subscribe,
  Unsubscribe,
} from "@runwire/protocol";
import type { CommandDesk } from "../runs/command-desk.js";
import type { ChannelRequests, ChannelServices } from "./channel-requests.js";
import { CommandRequests } from "./command-requests.js";
import type { Dialogue } from "./dialogue.js";
import type { MessageActions } from "./handle-message.js";
import { HeldRuns } from "./held-runs.js";
import type { Intake } from "./intake.js";
import { ReadRequests } from "./read-requests.js";
import { WriteRequests, type WriteServices } from "./write-requests.js";

/** What is asked of the talk itself. */
export interface Talker {
  secondHello(): void;
  authenticate(message: Authenticate): Promise<void>;
  pong(at: number): void;
  report(message: Report): void;
}

/** What the requests of a client need of its connection. */
export interface ClientRequestParts {
  readonly talker: Talker;
  readonly dialogue: Dialogue;
  readonly channels: ChannelRequests;
  readonly intake: Intake;
  /** The number of its welcome: of two that hold a run, the later one has it. */
  readonly order: number;
}

/** What requests need of the server. */
export interface ClientRequestServices extends ChannelServices, WriteServices {
  readonly commandDesk: CommandDesk;
}

interface Writing {
  readonly held: HeldRuns;
  readonly requests: WriteRequests;
}

/**
 * What a client asks for, and who answers. Whoever answers is made when something is asked: of 10,000 clients most
 * follow a channel and do nothing else, and what each could do would take them a kilobyte.
 */
export class ClientRequests implements MessageActions {
  readonly #parts: ClientRequestParts;
  readonly #services: ClientRequestServices;
  #reads: ReadRequests | undefined;
  #commands: CommandRequests | undefined;
  #writing: Writing | undefined;

  constructor(parts: ClientRequestParts, services: ClientRequestServices) {
    this.#parts = parts;
    this.#services = services;
  }

  secondHello(): void {
    this.#parts.talker.secondHello();
  }

  authenticate(message: Authenticate): Promise<void> {
    return this.#parts.talker.authenticate(message);
  }

  subscribe(message: Subscribe): Promise<void> {
    return this.#parts.channels.subscribe(message);
  }

  unsubscribe(message: Unsubscribe): Promise<void> {
    return this.#parts.channels.unsubscribe(message);
  }

  fetch(message: Fetch): Promise<void> {
    return this.#reader().fetch(message);
  }

  list(message: List): Promise<void> {
    return this.#reader().list(message);
  }

  publish(message: Publish, text: string): Promise<void> {
    return this.#writer().requests.publish(message, text);
  }

  renew(message: Renew): Promise<void> {
    return this.#writer().requests.renew(message);
  }

  command(message: Command, text: string): void {
    this.#commander().command(message, text);
  }

  handled(message: Handled, text: string): void {
    this.#commander().handled(message, text, this.#writer().held);
  }

  ping({ at }: Ping): void {
    this.#parts.talker.pong(at);
  }

  report(message: Report): void {
    this.#parts.talker.report(message);
  }

  close(): void {
    this.#writing?.held.close();
  }

  #reader(): ReadRequests {
    this.#reads ??= new ReadRequests(this.#parts.dialogue, this.#services);
    return this.#reads;
  }

  #commander(): CommandRequests {
    const { commandDesk, limits } = this.#services;
    const { dialogue } = this.#parts;
    this.#commands ??= new CommandRequests(dialogue, commandDesk, limits.maxPendingBytes);
    return this.#commands;
  }

  #writer(): Writing {
    this.#writing ??= this.#createWriting();
    return this.#writing;
  }

  #createWriting(): Writing {
    const { dialogue, intake, order } = this.#parts;
    const commands = this.#commander();
    const link = { order, hand: commands.deliver.bind(commands) };
    const held = new HeldRuns(this.#services.commandDesk, link);
    return { held, requests: new WriteRequests(dialogue, this.#services, intake, held) };
  }
}
