import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { ErrorCode } from "@runwire/protocol";

/** Every answer: nobody keeps it, nobody guesses its type. */
const commonHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
} as const;

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = { "content-type": "application/json; charset=utf-8" };
  response.writeHead(status, { ...commonHeaders, ...type, ...headers });
  response.end(JSON.stringify(body));
}

/** Answers with an `error` message. */
export function sendError(
  response: ServerResponse,
  status: number,
  code: ErrorCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(response, status, { type: "error", code, message }, headers);
}

/** An answer whose body, if there is one, is JSON text already. */
export interface WholeAnswer {
  readonly status: number;
  readonly text?: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Answers, whether the request has come whole or not. Of one that has not, nobody wants the rest: the answer goes out
 * at once, what still comes is thrown away for a while (a peer that is cut while it sends loses the answer), and then
 * the socket goes.
 */
export function sendWhole(
  request: IncomingMessage,
  response: ServerResponse,
  { status, text, headers }: WholeAnswer,
): void {
  const type = { "content-type": "application/json; charset=utf-8" };
  const length = { "content-length": String(Buffer.byteLength(text ?? "")) };
  const body = text === undefined ? {} : { ...type, ...length };
  const end = request.complete ? {} : { connection: "close" };
  response.writeHead(status, { ...commonHeaders, ...body, ...headers, ...end });
  if (request.complete) response.end(text);
  else {
    if (text === undefined) response.flushHeaders();
    else response.write(text);
    endWhenRead(request, response);
  }
}

function endWhenRead(request: IncomingMessage, response: ServerResponse): void {
  const timer = setTimeout(() => request.socket.destroy(), lingerMs);
  timer.unref();
  response.once("close", () => clearTimeout(timer));
  request.once("end", () => response.end());
  request.on("error", () => {});
  request.resume();
}

const reasons: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  426: "Upgrade Required",
  429: "Too Many Requests",
  503: "Service Unavailable",
};

/** How long a refused peer may take to read why, milliseconds. */
const lingerMs = 1_000;

/** Refuses an upgrade: says why in one line, and makes sure that the socket goes. */
export function refuseUpgrade(
  socket: Duplex,
  status: number,
  why: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = `${why}\n`;
  const lines = Object.entries({
    ...commonHeaders,
    "content-type": "text/plain; charset=utf-8",
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${reasons[status]}\r\n${lines.join("")}\r\n${body}`);
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
}
