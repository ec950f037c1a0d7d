import type { Socket } from "node:net";

/** How many requests may wait on one socket for those before them; one more is cut, with all of them. */
const mostPipelined = 16;

interface Line {
  waiting: number;
  last: Promise<void>;
}

const lines = new WeakMap<Socket, Line>();

/**
 * Does `work` for a request when everything is done that was asked over its socket before. A client may send one
 * request behind another without waiting; HTTP answers them in order, and so they are handled. Whoever is gone when
 * their turn comes asked for nothing.
 */
export function inLine(socket: Socket, work: () => Promise<void>): void {
  const line = lines.get(socket) ?? { waiting: 0, last: Promise.resolve() };
  lines.set(socket, line);
  if (line.waiting >= mostPipelined) {
    socket.destroy();
    return;
  }
  line.waiting += 1;
  line.last = line.last
    .then(() => (socket.destroyed ? undefined : work()))
    .finally(() => {
      line.waiting -= 1;
    });
}
