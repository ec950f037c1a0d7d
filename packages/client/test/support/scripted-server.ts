import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

export type Message = { readonly type: string } & Record<string, unknown>;

/** A connection as the scripted server sees it; the test says what it answers. */
interface ServerSocket {
  /** Everything that the client has sent, in order. */
  readonly received: readonly Message[];
  /** The next message of that type that was not taken yet. */
  take(type: string): Promise<Message>;
  send(message: object | string): void;
  close(code: number): void;
  /** Ends it without a goodbye. */
  terminate(): void;
  readonly closed: Promise<number>;
}

export interface ScriptedServer {
  readonly url: string;
  /** The next connection; welcomed, unless `welcome` is false. */
  accept(options?: { readonly welcome?: boolean | object }): Promise<ServerSocket>;
  readonly connections: number;
  close(): Promise<void>;
}

/** What the server says of itself; quiet enough not to ping during a test. */
export const welcomeMessage = {
  type: "welcome",
  connectionId: "c1",
  heartbeat: { intervalMs: 30_000, timeoutMs: 60_000 },
  maxMessageBytes: 1_048_576,
  maxEventBytes: 262_144,
};

/** A real WebSocket server on a free port that does nothing by itself but shake hands. */
export async function startScriptedServer(port = 0): Promise<ScriptedServer> {
  const server = new WebSocketServer({
    port,
    host: "127.0.0.1",
    handleProtocols: () => "runwire.v1",
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const { port: taken } = server.address() as AddressInfo;
  const sockets = createInbox<ServerSocket>();
  let connections = 0;
  server.on("connection", (socket) => {
    connections++;
    sockets.put(toServerSocket(socket));
  });
  return {
    url: `ws://127.0.0.1:${taken}/runwire`,
    get connections() {
      return connections;
    },
    async accept({ welcome = true } = {}) {
      const socket = await sockets.take(() => true);
      if (welcome === false) return socket;
      await socket.take("hello");
      socket.send({ ...welcomeMessage, ...(welcome === true ? {} : welcome) });
      return socket;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of server.clients) socket.terminate();
        server.close(() => resolve());
      }),
  };
}

function toServerSocket(socket: WebSocket): ServerSocket {
  const received: Message[] = [];
  const inbox = createInbox<Message>();
  socket.on("error", () => {});
  socket.on("message", (data) => {
    const message = JSON.parse(String(data)) as Message;
    received.push(message);
    inbox.put(message);
  });
  return {
    received,
    take: (type) => inbox.take((message) => message.type === type),
    send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    close: (code) => socket.close(code),
    terminate: () => socket.terminate(),
    closed: new Promise((resolve) => socket.once("close", resolve)),
  };
}

/** Things that come, and those who wait for them. */
function createInbox<Item>() {
  const items: Item[] = [];
  const waiting: { wants(item: Item): boolean; resolve(item: Item): void }[] = [];
  return {
    put(item: Item) {
      const index = waiting.findIndex(({ wants }) => wants(item));
      if (index < 0) items.push(item);
      else waiting.splice(index, 1)[0]?.resolve(item);
    },
    take(wants: (item: Item) => boolean): Promise<Item> {
      const index = items.findIndex(wants);
      const [item] = index < 0 ? [] : items.splice(index, 1);
      if (item !== undefined) return Promise.resolve(item);
      return new Promise((resolve) => waiting.push({ wants, resolve }));
    },
  };
}
