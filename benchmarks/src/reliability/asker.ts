import { once } from "node:events";
import { type ServerMessage, SUBPROTOCOL } from "@runwire/protocol";
import { WebSocket } from "ws";

/** A client that asks one thing at a time. Disposing ends it. */
export interface Asker extends Disposable {
  /** Gives it an `id`, and resolves to the answer with the same one. */
  ask(message: object): Promise<ServerMessage>;
}

/** Resolves when it is welcomed. */
export async function openAsker(port: number, token: string): Promise<Asker> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/runwire`, [SUBPROTOCOL]);
  await once(socket, "open");
  const welcomed = once(socket, "message");
  socket.send(JSON.stringify({ type: "hello", token }));
  await welcomed;
  let asked = 0;
  let resolve: (answer: ServerMessage) => void = () => {};
  socket.on("message", (data) => {
    // What comes from a server of ours.
    const message = JSON.parse(data.toString()) as ServerMessage;
    if ("id" in message && message.id === String(asked)) resolve(message);
  });
  return {
    ask(message) {
      asked += 1;
      const answer = new Promise<ServerMessage>((settle) => {
        resolve = settle;
      });
      socket.send(JSON.stringify({ ...message, id: String(asked) }));
      return answer;
    },
    [Symbol.dispose]: () => socket.terminate(),
  };
}
