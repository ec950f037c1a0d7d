import type { IncomingMessage, ServerResponse } from "node:http";
import type { ErrorCode } from "@runwire/protocol";
import type { TurnedAway } from "../connection/door.js";
import { turnedAwayAnswers } from "../connection/turned-away.js";
import type { Logger } from "../logger.js";
import type { ConnectRequest } from "../users.js";
import type { Arrival } from "./arrival.js";
import { sendJson } from "./http-answers.js";
import {
  type AllowedHosts,
  type AllowedOrigins,
  isHostAllowed,
  isOriginAllowed,
} from "./origins.js";

/** Who may come in. */
export interface EntranceRules {
  /** Where the request came from. */
  readonly arrival: Arrival;
  readonly origins: AllowedOrigins;
  readonly requireOrigin: boolean;
  readonly allowedHosts: AllowedHosts | undefined;
}

/** An answer that lets nobody in. */
export interface Refused {
  readonly status: number;
  readonly code: ErrorCode;
  readonly why: string;
  /** When it may be tried again, milliseconds. */
  readonly retryAfterMs?: number;
}

/** Why the place that a request comes from, or the name that it asks for, is refused. */
export function whyForeign(request: IncomingMessage, rules: EntranceRules): Refused | undefined {
  const { arrival, origins, requireOrigin, allowedHosts } = rules;
  if (!isHostAllowed(request, allowedHosts, arrival))
    return forbidden("This Host is not allowed; see allowedHosts.");
  if (requireOrigin && request.headers.origin === undefined)
    return forbidden("A request without Origin is not allowed; see requireOrigin.");
  if (!isOriginAllowed(request, origins, arrival))
    return forbidden("This page's Origin is not allowed; see origins.");
  return undefined;
}

function forbidden(why: string): Refused {
  return { status: 403, code: "forbidden", why };
}

/** The answer to who is turned away for now. */
export function toRefused({ reason, retryAfterMs }: TurnedAway): Refused {
  return { ...turnedAwayAnswers[reason], code: "rate_limited", retryAfterMs };
}

export function retryHeader(retryAfterMs: number | undefined): Readonly<Record<string, string>> {
  return retryAfterMs === undefined
    ? {}
    : { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) };
}

/** The part of a server that says whether somebody would be let in. */
export interface Doorkeeper {
  refusalOf(request: ConnectRequest): TurnedAway | undefined;
}

/**
 * Answers whoever asks the socket's own address without an upgrade, by whatever method: the same as the upgrade would
 * be, or that it would be taken. Browsers hide that answer from a page whose socket was refused, so this is where a
 * client learns why it does not get in.
 */
export function answerEntrance(
  server: Doorkeeper,
  request: IncomingMessage,
  response: ServerResponse,
  rules: EntranceRules,
): void {
  const turnedAway = () => server.refusalOf(toConnectRequest(request, rules));
  const refused = whyForeign(request, rules) ?? ifAny(turnedAway(), toRefused) ?? onlySockets;
  const { status, code, why: message, retryAfterMs } = refused;
  const body = {
    type: "error",
    code,
    message,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  sendJson(response, status, body, { ...entranceHeaders, ...retryHeader(retryAfterMs) });
}

const onlySockets: Refused = {
  status: 426,
  code: "bad_message",
  why: "This address speaks WebSocket.",
};

const entranceHeaders = {
  upgrade: "websocket",
  "sec-websocket-version": "13",
  // A page that is not let in must be able to read why; and this answer holds nothing else.
  "access-control-allow-origin": "*",
};

function ifAny<T, U>(value: T | undefined, map: (value: T) => U): U | undefined {
  return value === undefined ? undefined : map(value);
}

/** Only what is needed later, so that a request does not live as long as its socket. */
export function toConnectRequest(
  { url, headers }: IncomingMessage,
  { arrival }: EntranceRules,
): ConnectRequest {
  return { url, headers, remoteAddress: arrival.address };
}

/** How many different refusals are told: whoever sends them can make up as many as they like. */
const mostTold = 20;
const longestName = 200;

/**
 * Makes what tells the operator of pages and hosts that were refused, each once: the page that suffers from it learns
 * next to nothing from its browser.
 */
export function createRefusalWarning(
  logger: Logger,
): (request: IncomingMessage, refused: Refused) => void {
  const told = new Set<string>();
  return ({ headers: { origin, host } }, { why }) => {
    const page = origin === undefined ? "no page" : `a page of ${quote(origin)}`;
    const warning = `refused a socket to ${page}, which asked ${quote(host)}: ${why}`;
    if (told.has(warning) || told.size === mostTold) return;
    told.add(warning);
    logger.warn(told.size === mostTold ? `${warning} (Further ones are not told.)` : warning);
  };
}

/** What somebody else wrote, in one line, with nothing that a terminal would obey. */
function quote(name = ""): string {
  return `“${name.slice(0, longestName).replaceAll(/[^\x20-\x7e]/g, "?")}”`;
}
