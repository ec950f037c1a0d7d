import type { AgentThinking } from "@runwire/protocol";
import { splitText } from "../encoding/split-text.js";
import { SurrogateGate } from "../encoding/surrogate-gate.js";
import { requireName } from "./check-names.js";

type Kind = AgentThinking["kind"];
type Message = Pick<AgentThinking, "messageId" | "kind">;

/** A piece of a message that is ready to be written. */
export type MessagePiece = Pick<AgentThinking, "messageId" | "kind" | "delta">;

/** Which message the text of a run belongs to, and in which pieces it may be sent. */
export class MessageTexts {
  readonly #gate = new SurrogateGate();
  readonly #maxDeltaLength: number;
  readonly #isTaken: (messageId: string) => boolean;
  #current: Message | undefined;
  #count = 0;

  /** @param isTaken whether an earlier worker has used the id in this run */
  constructor(maxDeltaLength: number, isTaken: (messageId: string) => boolean) {
    this.#maxDeltaLength = maxDeltaLength;
    this.#isTaken = isTaken;
  }

  /** The pieces that appending `text` makes ready, those of a message that it ends included. */
  append(kind: Kind, text: string, messageId?: string): readonly MessagePiece[] {
    if (text === "") return [];
    if (messageId !== undefined)
      return this.#push({ kind, messageId: requireName("message id", messageId) }, text);
    const ended = this.#current?.kind === kind ? [] : this.endCurrent();
    this.#current ??= { kind, messageId: this.#nextId() };
    return [...ended, ...this.#push(this.#current, text)];
  }

  /** What comes next begins a new message. Answers what was held back of the one before it. */
  endCurrent(): readonly MessagePiece[] {
    const ended = this.#current;
    this.#current = undefined;
    return ended ? this.#flush(toKey(ended)) : [];
  }

  /** What was held back of all messages. */
  endAll(): readonly MessagePiece[] {
    this.#current = undefined;
    return this.#gate.heldKeys().flatMap((key) => this.#flush(key));
  }

  #push(message: Message, text: string): readonly MessagePiece[] {
    const ready = this.#gate.push(toKey(message), text);
    if (ready === "") return [];
    return splitText(ready, this.#maxDeltaLength).map((delta) => ({ ...message, delta }));
  }

  #flush(key: string): readonly MessagePiece[] {
    const delta = this.#gate.flush(key);
    return delta === "" ? [] : [{ ...fromKey(key), delta }];
  }

  #nextId(): string {
    let messageId: string;
    do messageId = `m${++this.#count}`;
    while (this.#isTaken(messageId));
    return messageId;
  }
}

function toKey({ kind, messageId }: Message): string {
  return `${kind} ${messageId}`;
}

function fromKey(key: string): Message {
  const space = key.indexOf(" ");
  // Made by toKey: what stands before the space is a kind.
  return { kind: key.slice(0, space) as Kind, messageId: key.slice(space + 1) };
}
