import {
  type BareSocket,
  type BareSocketOptions,
  type CloseInfo,
  openBareSocket,
} from "./bare-socket.ts";
import type { Outgoing, WireMessage } from "./wire.ts";

/** Long enough for a busy machine; what does not come says by then what it was. */
const PATIENCE_MS = 10_000;

/** Opens a socket and says nothing yet. */
export async function openConnection(options: BareSocketOptions): Promise<BareConnection> {
  return new BareConnection(await openBareSocket(options));
}

interface Waiter {
  readonly matches: (message: WireMessage) => boolean;
  readonly resolve: (message: WireMessage) => void;
}

/** JSON messages over a {@link BareSocket}, each of which a test can wait for. */
export class BareConnection {
  readonly socket: BareSocket;
  /** Messages that nobody has waited for yet, oldest first. */
  readonly unread: WireMessage[] = [];
  #waiters: Waiter[] = [];
  #listeners: ((message: WireMessage) => void)[] = [];
  #lastId = 0;

  constructor(socket: BareSocket) {
    this.socket = socket;
    socket.onText((text) => this.#take(JSON.parse(text)));
  }

  get closed(): Promise<CloseInfo> {
    return withPatience(this.socket.closed, () => `a close; came: ${JSON.stringify(this.unread)}`);
  }

  send(message: Outgoing): void {
    this.socket.sendText(JSON.stringify(message));
  }

  /** Waits for the first message that matches, and takes it. */
  next(matches: (message: WireMessage) => boolean, what = String(matches)): Promise<WireMessage> {
    const index = this.unread.findIndex(matches);
    const [found] = index === -1 ? [] : this.unread.splice(index, 1);
    if (found) return Promise.resolve(found);
    const arrival = new Promise<WireMessage>((resolve) => this.#waiters.push({ matches, resolve }));
    return withPatience(arrival, () => `${what}; came: ${JSON.stringify(this.unread)}`);
  }

  nextOf(type: string): Promise<WireMessage> {
    return this.next((message) => message.type === type, type);
  }

  /** Sends a request under a fresh id (or the one it has) and waits for its answer. */
  request(message: Outgoing): Promise<WireMessage> {
    const id = message.id ?? this.freshId();
    this.send({ id, ...message });
    return this.next(
      (answer) => answer.id === id,
      `the answer to ${JSON.stringify(message).slice(0, 200)}`,
    );
  }

  freshId(): string {
    this.#lastId += 1;
    return `request-${this.#lastId}`;
  }

  /** Says hello and waits for `welcome`. */
  hello(token?: string): Promise<WireMessage> {
    this.send({ type: "hello", ...(token === undefined ? {} : { token }) });
    return this.nextOf("welcome");
  }

  /** Waits until the server has read everything that was sent, by a ping and its pong. */
  async settle(): Promise<WireMessage> {
    this.#lastId += 1;
    const at = this.#lastId;
    this.send({ type: "ping", at });
    return this.next((message) => message.type === "pong" && message.at === at, "pong");
  }

  /** Calls `listener` with each message that comes from now on, whoever waits for it. */
  onMessage(listener: (message: WireMessage) => void): void {
    this.#listeners.push(listener);
  }

  #take(message: WireMessage): void {
    for (const listener of this.#listeners) listener(message);
    const index = this.#waiters.findIndex((waiter) => waiter.matches(message));
    const [waiter] = index === -1 ? [] : this.#waiters.splice(index, 1);
    if (waiter) waiter.resolve(message);
    else this.unread.push(message);
  }
}

async function withPatience<Value>(promise: Promise<Value>, what: () => string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`waited in vain for ${what()}`.slice(0, 2_000))),
      PATIENCE_MS,
    );
  });
  try {
    return await Promise.race([promise, impatience]);
  } finally {
    clearTimeout(timer);
  }
}
