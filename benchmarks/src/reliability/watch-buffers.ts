import type { RunwireServer, ServerSocket } from "@runwire/server";

/** What sockets have not taken yet. */
export interface Buffers {
  /** The most that one socket had waiting since the last time, bytes. */
  readonly mostBytes: number;
  /** What waits now, of each socket for which anything waits. */
  readonly waiting: readonly number[];
}

const lookEveryMs = 1_000;

/** Stands between a server and its sockets, and looks at them every second. */
export function watchBuffers(runwire: RunwireServer) {
  const sockets = new Set<ServerSocket>();
  let mostBytes = 0;
  const look = () => {
    for (const socket of sockets) mostBytes = Math.max(mostBytes, socket.bufferedBytes());
  };
  setInterval(look, lookEveryMs);
  const accept: RunwireServer["accept"] = (socket, request) => {
    sockets.add(socket);
    const handlers = runwire.accept(socket, request);
    return {
      onMessage: (text, bytes) => handlers.onMessage(text, bytes),
      onBinary: () => handlers.onBinary(),
      onSign: () => handlers.onSign(),
      onPong: () => handlers.onPong(),
      onDrain: () => handlers.onDrain(),
      onClose() {
        sockets.delete(socket);
        handlers.onClose();
      },
    };
  };
  return {
    server: { ...runwire, accept },
    take(): Buffers {
      look();
      const waiting = [...sockets].map((socket) => socket.bufferedBytes());
      const taken = { mostBytes, waiting: waiting.filter((bytes) => bytes > 0) };
      mostBytes = 0;
      return taken;
    },
  };
}
