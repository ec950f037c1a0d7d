import type { Command, Handled } from "@runwire/protocol";
import type { CommandAnswer } from "@runwire/store";
import { Refusal } from "../refusal.js";
import type { Answerer, CommandDesk, HandedCommand } from "../runs/command-desk.js";
import type { Dialogue } from "./dialogue.js";
import { memberText } from "./read-message.js";

/** `command` and `handled` of one connection. Values pass as the texts that they are. */
export class CommandRequests {
  readonly #dialogue: Dialogue;
  readonly #desk: CommandDesk;
  readonly #maxPendingBytes: number;
  #pendingBytes = 0;

  constructor(dialogue: Dialogue, desk: CommandDesk, maxPendingBytes: number) {
    this.#dialogue = dialogue;
    this.#desk = desk;
    this.#maxPendingBytes = maxPendingBytes;
  }

  /**
   * Asks a run. Commands that wait for their runs do not stop the socket from being read, for their answers may
   * come from the same connection; so they are refused when they are too many.
   */
  command(message: Command, text: string): void {
    if (this.#pendingBytes > 0 && this.#pendingBytes + text.length > this.#maxPendingBytes) {
      this.#dialogue.refuse(message, tooMany());
      return;
    }
    this.#pendingBytes += text.length;
    void this.#ask(message, text).finally(() => {
      this.#pendingBytes -= text.length;
    });
  }

  #ask(message: Command, text: string): Promise<void> {
    const { id, channel, runId, name } = message;
    const ask = () => {
      const { user } = this.#dialogue;
      const data = memberText(text, "data");
      return this.#desk.ask({
        ...{ channel, id, runId, name },
        ...(user && { user: { id: user.id } }),
        ...(data !== undefined && { data }),
      });
    };
    return this.#dialogue.answer(message, () =>
      this.#dialogue.whileAllowed("command", channel, ask, (answer) => this.#send(id, answer)),
    );
  }

  handled(message: Handled, text: string, from: Answerer): void {
    const result = memberText(text, "result");
    void this.#desk.handled(message.commandId, from, {
      ...(result !== undefined && { result }),
      ...(message.error && { error: message.error }),
    });
  }

  /** Hands a command to the writer on the other side. */
  deliver({ data, ...command }: HandedCommand): void {
    this.#dialogue.outbox.sendText(withText({ type: "command", ...command }, "data", data));
  }

  #send(id: string, answer: CommandAnswer): void {
    if (answer.type === "commanded") {
      const text = withText({ type: "commanded", id }, "result", answer.result);
      this.#dialogue.outbox.sendText(text);
      return;
    }
    const { code, message, reason } = answer;
    const details = reason === undefined ? {} : { reason };
    this.#dialogue.refuse({ id }, new Refusal(code, message, details));
  }
}

function tooMany(): Refusal {
  const message = "too many commands of this connection wait for their runs; send this one again";
  return new Refusal("rate_limited", message, { retryAfterMs: 1_000 });
}

/** A message's text with one member that is JSON text already. */
function withText(message: object, name: string, json: string | undefined): string {
  const text = JSON.stringify(message);
  return json === undefined ? text : `${text.slice(0, -1)},"${name}":${json}}`;
}
