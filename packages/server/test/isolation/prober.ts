import { MemorySocket } from "@runwire/testing";
import { expect } from "vitest";
import type { RunwireServer } from "../../src/index.ts";

/** A text that the server sent, and what it says. */
export interface Told {
  readonly text: string;
  readonly message: Record<string, unknown>;
}

/** An answer over HTTP. */
export interface ToldOverHttp {
  readonly status: number;
  /** Absent where the answer has no body. */
  readonly told?: Told;
}

/** One user's connection in memory, which comes back when it is closed; and what they ask over HTTP beside it. */
export class Prober {
  readonly user: string;
  readonly #server: RunwireServer;
  readonly #onTold: (told: Told) => void;
  #handlers: ReturnType<RunwireServer["accept"]> | undefined;
  #awaited: { readonly id: string; readonly resolve: (told: Told | undefined) => void } | undefined;

  /** `onTold` is called with everything that comes. */
  constructor(server: RunwireServer, user: string, onTold: (told: Told) => void) {
    this.#server = server;
    this.user = user;
    this.#onTold = onTold;
  }

  /** Sends a request and waits for its answer; `undefined` when the connection was closed instead. */
  async ask(message: Record<string, unknown>): Promise<Told | undefined> {
    const id = String(message.id);
    await this.#connect();
    const answer = new Promise<Told | undefined>((resolve) => {
      this.#awaited = { id, resolve };
    });
    this.send(message);
    return answer;
  }

  send(message: Record<string, unknown>): void {
    const text = JSON.stringify(message);
    this.#handlers?.onMessage(text, Buffer.byteLength(text));
  }

  /** Asks over HTTP. */
  async post(message: Record<string, unknown>): Promise<ToldOverHttp> {
    const gone = new AbortController();
    const answer = await this.#server.answer({
      request: { headers: { authorization: `Bearer ${this.user}` } },
      readBody: async () => ({ status: "read", text: JSON.stringify(message) }),
      gone: gone.signal,
      cut: () => {},
    });
    gone.abort();
    if (!answer) throw new Error("nobody was there to be answered");
    const { status, text } = answer;
    if (text === undefined) return { status };
    const told = { text, message: JSON.parse(text) };
    this.#onTold(told);
    return { status, told };
  }

  leave(): void {
    this.#handlers?.onClose();
    this.#handlers = undefined;
  }

  async #connect(): Promise<void> {
    if (this.#handlers) return;
    const welcomed = new Promise<Told | undefined>((resolve) => {
      this.#awaited = { id: "welcome", resolve };
    });
    const socket = new MemorySocket({
      onText: (text) => this.#take({ text, message: JSON.parse(text) }),
      onEnd: () => this.#ended(),
    });
    this.#handlers = this.#server.accept(socket, { headers: {} });
    this.send({ type: "hello", token: this.user });
    expect((await welcomed)?.message.user).toEqual({ id: this.user });
  }

  #take(told: Told): void {
    this.#onTold(told);
    const { id = told.message.type } = told.message;
    if (this.#awaited?.id === id) this.#awaited?.resolve(told);
  }

  #ended(): void {
    this.leave();
    this.#awaited?.resolve(undefined);
  }
}
