import type { ServerResponse } from "node:http";
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
