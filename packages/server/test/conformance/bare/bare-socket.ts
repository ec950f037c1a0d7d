import { createHash, randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { encodeFrame, type Frame, FrameReader, opcodes } from "./frames.ts";

/** A WebSocket client over a bare TCP socket, so that a test can do everything that a client must not. */

export interface BareSocketOptions {
  readonly port: number;
  readonly path?: string;
  /** `null` offers none. @default "runwire.v1" */
  readonly subprotocol?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a socket ended; 1006 where no close frame came. */
export interface CloseInfo {
  readonly code: number;
  readonly reason: string;
}

/** The server answered the upgrade with something else than 101. */
export class UpgradeRefused extends Error {
  readonly status: number;
  readonly #head: string;
  constructor(status: number, head = "") {
    super(`the upgrade was refused with HTTP ${status}`);
    this.status = status;
    this.#head = head;
  }

  /** The answer's head, as it came; says nothing where two of these are compared. */
  get head(): string {
    return this.#head;
  }
}

/** Opens a socket; rejects with {@link UpgradeRefused} when the server does not want it. */
export async function openBareSocket(options: BareSocketOptions): Promise<BareSocket> {
  const tcp = connect({ port: options.port, host: "127.0.0.1", noDelay: true });
  tcp.on("error", () => tcp.destroy());
  const key = randomBytes(16).toString("base64");
  tcp.write(toUpgradeRequest(options, key));
  const { head, rest } = await readHead(tcp);
  const status = Number(head.split(" ")[1]);
  if (status !== 101) {
    tcp.destroy();
    throw new UpgradeRefused(status, head);
  }
  if (!head.includes(toAccept(key)))
    throw new Error("the server did not prove that it read the key");
  return new BareSocket(tcp, rest);
}

function toUpgradeRequest({ port, path, subprotocol, headers }: BareSocketOptions, key: string) {
  const lines = Object.entries({
    Host: `127.0.0.1:${port}`,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": key,
    ...(subprotocol === null ? {} : { "Sec-WebSocket-Protocol": subprotocol ?? "runwire.v1" }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  return `${[`GET ${path ?? "/runwire"} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n`;
}

function toAccept(key: string): string {
  const magic = `${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  return createHash("sha1").update(magic).digest("base64");
}

function readHead(tcp: Socket): Promise<{ head: string; rest: Buffer }> {
  let bytes = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new UpgradeRefused(0));
    const onData = (piece: Buffer) => {
      bytes = Buffer.concat([bytes, piece]);
      const end = bytes.indexOf("\r\n\r\n");
      if (end === -1) return;
      tcp.off("data", onData).off("close", onClose);
      resolve({ head: bytes.subarray(0, end).toString("latin1"), rest: bytes.subarray(end + 4) });
    };
    tcp.on("data", onData).on("close", onClose);
  });
}

/** One open WebSocket. */
export class BareSocket {
  /** Resolves when the socket is gone. */
  readonly closed: Promise<CloseInfo>;
  /** How many WebSocket pings came. */
  pingCount = 0;
  /** Whether pings are answered, as a browser does by itself. */
  answersPings = true;
  readonly #tcp: Socket;
  readonly #frames = new FrameReader();
  #fragments: Buffer[] = [];
  #closeInfo: CloseInfo = { code: 1006, reason: "" };
  #onText: (text: string) => void = () => {};
  #early: string[] = [];
  #hasListener = false;

  constructor(tcp: Socket, rest: Buffer) {
    this.#tcp = tcp;
    this.closed = new Promise((resolve) => tcp.on("close", () => resolve(this.#closeInfo)));
    tcp.on("data", (bytes) => this.#read(bytes));
    this.#read(rest);
  }

  /** Calls `listener` with each text message, those that have already come first. */
  onText(listener: (text: string) => void): void {
    this.#onText = listener;
    this.#hasListener = true;
    for (const text of this.#early.splice(0)) listener(text);
  }

  sendText(text: string): void {
    this.sendFrame({ opcode: opcodes.text, isLast: true, payload: Buffer.from(text) });
  }

  sendFrame(frame: Frame): void {
    this.#tcp.write(encodeFrame(frame));
  }

  /** Bytes that may be frames, or not. */
  sendRaw(bytes: Buffer): void {
    this.#tcp.write(bytes);
  }

  /** Leaves what comes in the network. */
  pause(): void {
    this.#tcp.pause();
  }

  resume(): void {
    this.#tcp.resume();
  }

  /** Gone without a word, like a phone in a tunnel. */
  cut(): void {
    this.#tcp.resetAndDestroy();
  }

  #read(bytes: Buffer): void {
    for (const frame of this.#frames.push(bytes)) this.#handle(frame);
  }

  #handle(frame: Frame): void {
    const { opcode, isLast, payload } = frame;
    if (opcode === opcodes.ping) this.#answerPing(payload);
    if (opcode === opcodes.close) this.#answerClose(payload);
    if (opcode !== opcodes.text && opcode !== opcodes.continuation) return;
    this.#fragments.push(payload);
    if (!isLast) return;
    const text = Buffer.concat(this.#fragments.splice(0)).toString("utf8");
    if (this.#hasListener) this.#onText(text);
    else this.#early.push(text);
  }

  #answerPing(payload: Buffer): void {
    this.pingCount += 1;
    if (this.answersPings) this.sendFrame({ opcode: opcodes.pong, isLast: true, payload });
  }

  #answerClose(payload: Buffer): void {
    if (payload.length >= 2)
      this.#closeInfo = { code: payload.readUInt16BE(0), reason: payload.toString("utf8", 2) };
    this.sendFrame({ opcode: opcodes.close, isLast: true, payload: payload.subarray(0, 2) });
    this.#tcp.end();
  }
}
