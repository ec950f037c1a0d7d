import type { IncomingMessage, ServerResponse } from "node:http";
import type { ErrorCode } from "@runwire/protocol";
import { type HttpAnswer, toErrorAnswer } from "../connection/http-answer.js";
import type { VisitAnswer } from "../connection/visit.js";
import type { Visitor } from "../connection/visitor.js";
import type { Logger } from "../logger.js";
import type { ServerLimits } from "../options.js";
import { preflightHeaders, shareHeaders, withoutStrayCookies } from "./cross-origin.js";
import { type EntranceRules, retryHeader, whyForeign } from "./entrance.js";
import { sendWhole } from "./http-answers.js";
import { readBody } from "./read-body.js";
import { inLine } from "./socket-line.js";

/** The part of a server that answers messages without a socket. */
export interface AnsweringVisits {
  readonly limits: ServerLimits;
  readonly logger: Logger;
  answer(visitor: Visitor): Promise<VisitAnswer | undefined>;
}

type Headers = Readonly<Record<string, string>>;

/** An answer that needs nobody to be asked. */
interface AtOnce {
  readonly answer: HttpAnswer;
  readonly headers: Headers;
}

/**
 * Answers `POST …/messages`: one message as body, answered by the message that answers it. Requests over one socket
 * are handled one after another, whatever a client sends ahead.
 */
export function answerMessages(
  server: AnsweringVisits,
  request: IncomingMessage,
  response: ServerResponse,
  rules: EntranceRules,
): void {
  inLine(request.socket, async () => {
    const closed = new Promise<void>((resolve) => void response.once("close", resolve));
    try {
      const atOnce = decideAtOnce(request, rules, server.limits);
      if (atOnce) send(request, response, atOnce.answer, atOnce.headers);
      else await answerVisit(server, request, response, rules);
    } catch (error) {
      // Nobody's request may end the process, whatever was overlooked.
      server.logger.error("a request over HTTP could not be answered", error);
      request.socket.destroy();
    }
    await closed;
  });
}

async function answerVisit(
  server: AnsweringVisits,
  request: IncomingMessage,
  response: ServerResponse,
  rules: EntranceRules,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const answer = await server.answer({
    request: withoutStrayCookies(request, rules),
    readBody: (maxBytes) => readBody(request, maxBytes),
    gone: gone.signal,
    cut: () => request.socket.destroy(),
  });
  if (!answer) return;
  cutWhenStuck(request, response, answer.patienceMs);
  send(request, response, answer, shareHeaders(request));
}

/** Node looks at what the system has taken: a peer that takes its time and takes something is not cut. */
function cutWhenStuck(
  request: IncomingMessage,
  response: ServerResponse,
  patienceMs: number,
): void {
  const { socket } = request;
  const before = socket.timeout ?? 0;
  response.setTimeout(patienceMs, () => socket.destroy());
  // Before Node itself sets for how long an idle socket is kept.
  response.prependOnceListener("finish", () => socket.setTimeout(before));
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, text, retryAfterMs }: HttpAnswer,
  headers: Headers,
): void {
  const challenge: Headers = status === 401 ? { "www-authenticate": "Bearer" } : {};
  const all = { ...headers, ...challenge, ...retryHeader(retryAfterMs) };
  sendWhole(request, response, { status, headers: all, ...(text !== undefined && { text }) });
}

const methods = "POST, OPTIONS";

/** What is answered by the head of a request alone, before anybody is asked who it is; `undefined`: it may come in. */
function decideAtOnce(
  request: IncomingMessage,
  rules: EntranceRules,
  { maxMessageBytes }: Pick<ServerLimits, "maxMessageBytes">,
): AtOnce | undefined {
  const { method, headers } = request;
  const foreign = whyForeign(request, rules);
  if (foreign) return refused(foreign.status, foreign.code, foreign.why, { vary: "Origin" });
  const share = shareHeaders(request);
  if (method === "OPTIONS") return toPreflight(request, share);
  const bad = (status: number, why: string, more: Headers = {}) =>
    refused(status, "bad_message", why, { ...share, ...more });
  if (method !== "POST") return bad(405, "ask with POST", { allow: methods });
  if (!isJson(headers["content-type"]))
    return bad(415, "the Content-Type must be application/json, in UTF-8", {
      "accept-post": "application/json",
    });
  if (!isPlain(headers["content-encoding"]))
    return bad(415, "the body must not be compressed", { "accept-encoding": "identity" });
  if (Number(headers["content-length"] ?? 0) > maxMessageBytes)
    return bad(413, `the body may have ${maxMessageBytes} bytes`);
  return undefined;
}

function refused(status: number, code: ErrorCode, why: string, headers: Headers): AtOnce {
  return { answer: toErrorAnswer(code, why, { status }), headers };
}

function toPreflight({ headers }: IncomingMessage, share: Headers): AtOnce {
  const allowed = headers.origin === undefined ? {} : preflightHeaders;
  return { answer: { status: 204 }, headers: { ...share, ...allowed, allow: methods } };
}

/** A page may send other types to any site without being asked whether it may. */
function isJson(contentType = ""): boolean {
  return /^application\/json\s*(;\s*charset="?utf-8"?\s*)?;?$/i.test(contentType.trim());
}

function isPlain(contentEncoding = "identity"): boolean {
  return contentEncoding.trim().toLowerCase() === "identity";
}
