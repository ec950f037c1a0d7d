import { connect, type Socket } from "node:net";
import type { Outgoing, WireMessage } from "./wire.ts";

/** An answer over HTTP, and the message in it; `{}` where it has none. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly message: Partial<WireMessage>;
}

/** How a request is sent, beside its message. */
export interface PostOptions {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** `POST …/messages` with a text as it is. */
export async function postText(
  port: number,
  body: string | Uint8Array<ArrayBuffer> | ReadableStream,
  { token, headers = {}, signal }: PostOptions = {},
): Promise<HttpReply> {
  const own = {
    "content-type": "application/json",
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(`http://127.0.0.1:${port}/runwire/messages`, {
    method: "POST",
    headers: { ...own, ...headers },
    body,
    ...(body instanceof ReadableStream && { duplex: "half" }),
    ...(signal && { signal }),
  } as RequestInit);
  return toReply(response);
}

/** `POST …/messages` with a message, under an id if it has none. */
export function post(port: number, message: Outgoing, options?: PostOptions): Promise<HttpReply> {
  lastId += 1;
  return postText(port, JSON.stringify({ id: `post-${lastId}`, ...message }), options);
}

let lastId = 0;

export async function toReply(response: Response): Promise<HttpReply> {
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, text, message: text === "" ? {} : JSON.parse(text) };
}

/** A TCP connection on which bytes are written as they are. */
export interface RawPeer {
  readonly socket: Socket;
  /** What has come. */
  text(): string;
  /** How many answers have begun to come. */
  answers(): number;
  readonly closed: Promise<void>;
}

export function dialRaw(port: number, bytes: string | Uint8Array = ""): RawPeer {
  let text = "";
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  // A reset is told by `close` too.
  socket
    .on("error", () => {})
    .on("data", (data) => {
      text += data.toString("latin1");
    });
  return {
    socket,
    closed,
    text: () => text,
    answers: () => text.match(/HTTP\/1\.1 (?!100)\d{3} /g)?.length ?? 0,
  };
}

/** The head of a `POST …/messages`, with an empty line behind it. */
export function rawHead(headers: Readonly<Record<string, string | number>>): string {
  const all = { host: "127.0.0.1", "content-type": "application/json", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /runwire/messages HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** A whole `POST …/messages`. */
export function rawPost(
  message: Outgoing,
  headers: Readonly<Record<string, string | number>> = {},
): string {
  const body = JSON.stringify(message);
  return `${rawHead({ ...headers, "content-length": Buffer.byteLength(body) })}${body}`;
}
