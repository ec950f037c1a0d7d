import { MemorySocket } from "@runwire/testing";
import { expect } from "vitest";
import type { RunwireServer } from "../../src/index.ts";

/** A text that the server sent, and what it says. */
export interface Told {
  readonly text: string;
  readonly message: Record<string, unknown>;
}

/** One user's connection in memory, which comes back when it is closed. */
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
