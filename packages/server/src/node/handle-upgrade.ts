import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { SUBPROTOCOL } from "@runwire/protocol";
import { WebSocketServer } from "ws";
import type { TurnedAway } from "../connection/door.js";
import type { ServerLimits } from "../options.js";
import type { ServerSocket, SocketHandlers } from "../socket.js";
import type { ConnectRequest } from "../users.js";
import type { Arrival } from "./arrival.js";
import { refuseUpgrade } from "./http-answers.js";
import {
  type AllowedHosts,
  type AllowedOrigins,
  isHostAllowed,
  isOriginAllowed,
} from "./origins.js";
import { forwardEvents, toServerSocket } from "./ws-socket.js";

/** The part of a server that takes sockets. */
export interface SocketTaker {
  readonly limits: ServerLimits;
  accept(socket: ServerSocket, request: ConnectRequest): SocketHandlers;
  admit(request: ConnectRequest, tell: (away: TurnedAway | undefined) => void): () => void;
}

/** Who may open a socket. */
export interface UpgradeRules {
  /** Where the request came from. */
  readonly arrival: Arrival;
  readonly origins: AllowedOrigins;
  readonly requireOrigin: boolean;
  readonly allowedHosts: AllowedHosts | undefined;
}

/** How long a peer may take to answer a close frame, milliseconds. */
const closeTimeoutMs = 5_000;

/** Makes the function that turns an upgrade request into a connection, or into an answer that says why not. */
export function createUpgradeHandler(server: SocketTaker) {
  const webSockets = createWebSocketServer(server.limits);
  return (request: IncomingMessage, socket: Duplex, head: Buffer, rules: UpgradeRules): void => {
    // First of all: a peer that resets the connection must not end the process.
    socket.on("error", ignore);
    const refused = whyNot(request, rules);
    if (refused) refuse(socket, refused);
    else
      whenAdmitted(server, toConnectRequest(request, rules), socket, (asked) =>
        open(request, socket, head, asked),
      );
  };

  function open(request: IncomingMessage, socket: Duplex, head: Buffer, asked: ConnectRequest) {
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off("error", ignore); // ws has its own now
      const taken = () => handlers.onDrain();
      const adapted = toServerSocket(webSocket, socket, taken);
      const handlers = server.accept(adapted, asked);
      forwardEvents(webSocket, handlers);
    });
  }
}

/** Opens the socket when it is its turn, or says why not; a peer that goes before waits no longer. */
function whenAdmitted(
  server: SocketTaker,
  asked: ConnectRequest,
  socket: Duplex,
  open: (asked: ConnectRequest) => void,
): void {
  let takeBack = () => {};
  const onGone = () => takeBack();
  socket.once("close", onGone);
  takeBack = server.admit(asked, (away) => {
    socket.off("close", onGone);
    if (away) refuse(socket, toRefused(away));
    else open(asked);
  });
}

/** Every option is spelled out: what ws does by default is not what a public server wants. */
function createWebSocketServer(limits: ServerLimits): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: limits.maxMessageBytes,
    maxFragments: limits.maxFragments,
    maxBufferedChunks: limits.maxBufferedChunks,
    maxPendingAutoPongs: limits.maxPendingPongs,
    closeTimeout: closeTimeoutMs,
    perMessageDeflate: false,
    skipUTF8Validation: false,
    handleProtocols: () => SUBPROTOCOL,
  } as ConstructorParameters<typeof WebSocketServer>[0]);
}

interface Refused {
  readonly status: number;
  readonly why: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function refuse(socket: Duplex, { status, why, headers }: Refused): void {
  refuseUpgrade(socket, status, why, headers);
}

function whyNot(
  request: IncomingMessage,
  { arrival, origins, requireOrigin, allowedHosts }: UpgradeRules,
): Refused | undefined {
  if (!isHostAllowed(request, allowedHosts, arrival))
    return { status: 403, why: "This Host is not allowed; see allowedHosts." };
  if (requireOrigin && request.headers.origin === undefined)
    return { status: 403, why: "A request without Origin is not allowed; see requireOrigin." };
  if (!isOriginAllowed(request, origins, arrival))
    return { status: 403, why: "This Origin is not allowed; see origins." };
  if (request.method !== "GET") return { status: 405, why: "A WebSocket is opened with GET." };
  if (request.headers["sec-websocket-version"] !== "13")
    return {
      status: 426,
      why: "Only WebSocket version 13 is spoken here.",
      headers: { "sec-websocket-version": "13" },
    };
  if (!offersProtocol(request))
    return { status: 400, why: `Offer the WebSocket subprotocol ${SUBPROTOCOL}.` };
  return undefined;
}

function toRefused({ reason, retryAfterMs }: TurnedAway): Refused {
  const headers = { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) };
  return { ...answers[reason], headers };
}

const answers: Readonly<Record<TurnedAway["reason"], Omit<Refused, "headers">>> = {
  draining: { status: 503, why: "The server is restarting." },
  overloaded: { status: 503, why: "The server is busy." },
  server_full: { status: 503, why: "The server is full." },
  connecting_too_fast: { status: 429, why: "Connecting too often." },
  address_full: { status: 429, why: "Too many new connections." },
};

function offersProtocol(request: IncomingMessage): boolean {
  const offered = request.headers["sec-websocket-protocol"] ?? "";
  return offered.split(",").some((name) => name.trim() === SUBPROTOCOL);
}

/** Only what is needed later, so that a request does not live as long as its socket. */
function toConnectRequest(
  { url, headers }: IncomingMessage,
  { arrival }: UpgradeRules,
): ConnectRequest {
  return { url, headers, remoteAddress: arrival.address };
}

function ignore(): void {}
