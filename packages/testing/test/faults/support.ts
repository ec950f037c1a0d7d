import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP server that does with each connection what the test says. */
export async function startTcpServer(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** What one end of a connection has seen. */
export interface Seen {
  readonly socket: Socket;
  readonly pieces: Buffer[];
  text(): string;
  /** Resolves with how it ended for this end. */
  readonly ended: Promise<"fin" | "rst">;
}

export function watch(socket: Socket): Seen {
  const pieces: Buffer[] = [];
  socket.on("data", (piece) => pieces.push(piece));
  const ended = new Promise<"fin" | "rst">((resolve) => {
    socket.once("end", () => resolve("fin"));
    socket.once("error", () => resolve("rst"));
  });
  return { socket, pieces, text: () => Buffer.concat(pieces).toString(), ended };
}

/** Connects, and watches what comes. */
export async function connectTo(port: number): Promise<Seen> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  const seen = watch(socket);
  await new Promise<void>((resolve) => {
    socket.once("connect", resolve);
    socket.once("error", () => resolve());
  });
  return seen;
}
