import { MemoryWebSocket, settle, toWebSocketConstructor } from "@runwire/testing";
import { type Message, welcomeMessage } from "./scripted-server.js";

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
  const WebSocket = toWebSocketConstructor((url, protocols) => {
    const { socket, client } = link(url, protocols);
    sockets.push(socket);
    return client;
  });
  const latest = (): LinkedSocket => {
    const socket = sockets.at(-1);
    if (!socket) throw new Error("no socket was opened yet");
    return socket;
  };
  return { WebSocket, sockets, latest };
}

function link(url: string, protocols: readonly string[]) {
  const sent: Message[] = [];
  const closes: (number | undefined)[] = [];
  const client = new MemoryWebSocket({
    onSend: (text) => sent.push(JSON.parse(text) as Message),
    onClose: (code) => closes.push(code),
  });
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
    async open() {
      client.open();
      await settle();
    },
    async welcome(fields = {}) {
      await socket.open();
      socket.last("hello");
      await socket.say({ ...welcomeMessage, ...fields });
    },
    async say(message) {
      client.receive(typeof message === "string" ? message : JSON.stringify(message));
      await settle();
    },
    async end(code = 1006) {
      client.end(code);
      await settle();
    },
  };
  return { socket, client };
}
