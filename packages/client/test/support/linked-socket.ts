import { settle } from "@runwire/testing";
import type { WebSocketConstructor, WebSocketLike } from "../../src/index.js";
import { type Message, welcomeMessage } from "./scripted-server.js";

type Listener = (event: object) => void;

/** The server's end of a socket that is no socket: what is sent arrives at once. */
export interface LinkedSocket {
  readonly url: string;
  readonly protocols: readonly string[];
  /** What the client has sent; a test may empty it. */
  readonly sent: Message[];
  /** The codes with which the client has closed. */
  readonly closes: (number | undefined)[];
  /** The last message of that type. */
  last(type: string): Message;
  open(): Promise<void>;
  /** Opens, and welcomes after `hello`. */
  welcome(fields?: object): Promise<void>;
  say(message: object | string): Promise<void>;
  /** The socket closes, by whoever. */
  end(code?: number): Promise<void>;
}

/** A constructor of linked sockets, and all that it has made. */
export function createLinkedSockets() {
  const sockets: LinkedSocket[] = [];
  const WebSocket = class {
    constructor(url: string, protocols: string[]) {
      const { socket, client } = link(url, protocols);
      sockets.push(socket);
      // biome-ignore lint/correctness/noConstructorReturn: the class is only how a constructor is written
      return client;
    }
  } as unknown as WebSocketConstructor;
  const latest = (): LinkedSocket => {
    const socket = sockets.at(-1);
    if (!socket) throw new Error("no socket was opened yet");
    return socket;
  };
  return { WebSocket, sockets, latest };
}

function link(url: string, protocols: readonly string[]) {
  const listeners = new Map<string, Listener[]>();
  const emit = async (type: string, event: object) => {
    for (const listener of listeners.get(type) ?? []) listener(event);
    await settle();
  };
  const sent: Message[] = [];
  const closes: (number | undefined)[] = [];
  const client: WebSocketLike = {
    addEventListener: (type, listener) =>
      void listeners.set(type, [...(listeners.get(type) ?? []), listener]),
    send: (text) => void sent.push(JSON.parse(text) as Message),
    close: (code) => void closes.push(code),
  };
  const socket: LinkedSocket = {
    url,
    protocols,
    sent,
    closes,
    last(type) {
      const message = sent.findLast((each) => each.type === type);
      if (!message) throw new Error(`the client has sent no ${type}`);
      return message;
    },
    open: () => emit("open", {}),
    async welcome(fields = {}) {
      await emit("open", {});
      socket.last("hello");
      await socket.say({ ...welcomeMessage, ...fields });
    },
    say: (message) =>
      emit("message", { data: typeof message === "string" ? message : JSON.stringify(message) }),
    end: (code = 1006) => emit("close", { code, reason: "" }),
  };
  return { socket, client };
}
