import { once } from "node:events";
import { WebSocket } from "ws";

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly epoch: string;
  readonly offset: number;
  readonly after: number;
  readonly events?: readonly unknown[];
  readonly more?: boolean;
  readonly runs?: readonly {
    readonly runId: string;
    readonly first: number;
    readonly last: number;
  }[];
}

/** What one delivery took. */
export interface Delivery {
  readonly ms: number;
  readonly bytes: number;
  readonly events: number;
  readonly epoch: string;
  readonly head: number;
}

/** A client that reads what it is sent and keeps nothing of it. */
export class Reader {
  readonly #socket: WebSocket;
  #listen: (message: Message, bytes: number) => void = () => {};
  #requests = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => this.#listen(JSON.parse(data.toString()), data.length));
  }

  static async connect(port: number): Promise<Reader> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/runwire`, "runwire.v1", {
      perMessageDeflate: false,
    });
    await once(socket, "open");
    const reader = new Reader(socket);
    await reader.request({ type: "hello" });
    return reader;
  }

  request(message: object): Promise<Message> {
    this.#requests += 1;
    const answer = new Promise<Message>((resolve) => {
      this.#listen = resolve;
    });
    this.#socket.send(JSON.stringify({ id: `${this.#requests}`, ...message }));
    return answer;
  }

  /** Subscribes, and reads until it is level with the head that it was told. */
  subscribe(message: object): Promise<Delivery> {
    const start = performance.now();
    const total = { bytes: 0, events: 0 };
    let head = Number.POSITIVE_INFINITY;
    let epoch = "";
    return new Promise((resolve) => {
      this.#listen = (received, bytes) => {
        total.bytes += bytes;
        total.events += received.events?.length ?? 0;
        if (received.type === "subscribed") ({ offset: head, epoch } = received);
        else if (received.offset < head) return;
        if (received.type === "events" || head === 0)
          resolve({ ...total, ms: performance.now() - start, epoch, head });
      };
      this.#socket.send(JSON.stringify({ type: "subscribe", id: "s", ...message }));
    });
  }

  close(): void {
    this.#socket.terminate();
  }
}
