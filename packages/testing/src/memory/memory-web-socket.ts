import type { WebSocketConstructor, WebSocketLike } from "@runwire/client";

/** What a {@link MemoryWebSocket} tells the one who made it. */
export interface MemoryWebSocketHooks {
  readonly onSend?: (text: string) => void;
  /** The client began to close it. */
  readonly onClose?: (code: number | undefined) => void;
  /** The client gave it up. */
  readonly onTerminate?: () => void;
}

type Listener = (event: object) => void;

/** The client's end of a socket that ends in memory: whoever made it says what happens on it. */
export class MemoryWebSocket implements WebSocketLike {
  readonly #hooks: MemoryWebSocketHooks;
  readonly #listeners = new Map<string, Listener[]>();
  #isOver = false;

  constructor(hooks: MemoryWebSocketHooks = {}) {
    this.#hooks = hooks;
  }

  addEventListener(type: "open" | "message" | "close" | "error", listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(text: string): void {
    if (!this.#isOver) this.#hooks.onSend?.(text);
  }

  close(code?: number): void {
    if (!this.#isOver) this.#hooks.onClose?.(code);
  }

  terminate(): void {
    if (!this.#isOver) this.#hooks.onTerminate?.();
  }

  /** The socket is open. */
  open(): void {
    this.#emit("open", {});
  }

  /** A frame came. */
  receive(data: unknown): void {
    this.#emit("message", { data });
  }

  /** The socket is closed, by whoever; nothing happens on it any more. */
  end(code = 1006, reason = ""): void {
    this.#emit("close", { code, reason });
    this.#isOver = true;
  }

  #emit(type: string, event: object): void {
    if (this.#isOver) return;
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }
}

/**
 * What a client takes as its `WebSocket`: `open` is called for each socket that it wants.
 *
 * @example
 * const WebSocket = toWebSocketConstructor((url) => new MemoryWebSocket({ onSend: (text) => sent.push(text) }));
 */
export function toWebSocketConstructor(
  open: (url: string, protocols: readonly string[]) => WebSocketLike,
): WebSocketConstructor {
  return class {
    constructor(url: string, protocols: string[]) {
      // biome-ignore lint/correctness/noConstructorReturn: the class is only how a constructor is written
      return open(url, protocols);
    }
  } as unknown as WebSocketConstructor; // an instance is what `open` returned
}
