import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to the workbench on which it is seen how each WebSocket ends. */
export interface WatchedWay {
  /** `http://127.0.0.1:<port>`, in place of the workbench's own. */
  readonly address: string;
  /** How the page ended its WebSockets, in order: the code of its close frame, 1005 for one without, 1006 for none. */
  readonly ends: readonly number[];
  close(): Promise<void>;
}

const closeOpcode = 0x8;
const maskBytes = 4;

/** Relays every connection, byte for byte. */
export async function watchWay(address: string): Promise<WatchedWay> {
  const ends: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((fromPage) => {
    const toServer = connect(Number(new URL(address).port), "127.0.0.1");
    const end = new PageEnd();
    fromPage.on("data", (bytes) => end.push(bytes));
    fromPage.on("close", () => end.isWebSocket && ends.push(end.code));
    for (const [one, other] of [
      [fromPage, toServer],
      [toServer, fromPage],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy()).on("close", () => sockets.delete(one));
      one.pipe(other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // It listens on a host and a port.
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    ends,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Reads what a browser sends on one connection, as far as its close frame. */
class PageEnd {
  #bytes = Buffer.alloc(0);
  #isOpen = false;
  /** 1006 until a close frame comes. */
  code = 1006;

  get isWebSocket(): boolean {
    return this.#isOpen;
  }

  push(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    if (!this.#isOpen) this.#readRequest();
    while (this.#isOpen && this.#readFrame());
  }

  #readRequest(): void {
    const end = this.#bytes.indexOf("\r\n\r\n");
    if (end < 0) return;
    this.#isOpen = /^upgrade: websocket\r$/im.test(this.#bytes.toString("latin1", 0, end + 2));
    this.#bytes = this.#isOpen ? this.#bytes.subarray(end + 4) : Buffer.alloc(0);
  }

  /** A browser's frames are masked, and those of a page that only watches are short: below 64 KiB. */
  #readFrame(): boolean {
    const [first = 0, second = 0] = this.#bytes;
    const short = second & 0x7f;
    const maskAt = short === 126 ? 4 : 2;
    if (this.#bytes.length < maskAt + maskBytes) return false;
    const length = short === 126 ? this.#bytes.readUInt16BE(2) : short;
    const end = maskAt + maskBytes + length;
    if (this.#bytes.length < end) return false;
    if ((first & 0x0f) === closeOpcode) this.code = this.#readCode(maskAt, length);
    this.#bytes = this.#bytes.subarray(end);
    return true;
  }

  #readCode(maskAt: number, length: number): number {
    if (length < 2) return 1005;
    const at = maskAt + maskBytes;
    return this.#bytes.readUInt16BE(at) ^ this.#bytes.readUInt16BE(maskAt);
  }
}
