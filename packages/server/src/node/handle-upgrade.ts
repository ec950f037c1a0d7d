import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { SUBPROTOCOL } from "@runwire/protocol";
import { WebSocketServer } from "ws";
import type { ServerLimits } from "../options.js";
import type { ServerSocket, SocketHandlers } from "../socket.js";
import type { ConnectRequest } from "../users.js";
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
  refusalOf(
    request: ConnectRequest,
  ): "server_full" | "address_full" | "draining" | "overloaded" | undefined;
}

/** Who may open a socket. */
export interface UpgradeRules {
  readonly origins: AllowedOrigins;
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
    const refused = whyNot(server, request, rules);
    if (refused) {
      refuseUpgrade(socket, refused.status, refused.why, refused.headers);
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off("error", ignore); // ws has its own now
      const taken = () => handlers.onDrain();
      const adapted = toServerSocket(webSocket, socket, taken);
      const handlers = server.accept(adapted, toConnectRequest(request));
      forwardEvents(webSocket, handlers);
    });
  };
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

function whyNot(
  server: SocketTaker,
  request: IncomingMessage,
  { origins, allowedHosts }: UpgradeRules,
): Refused | undefined {
  if (!isHostAllowed(request, allowedHosts))
    return { status: 403, why: "This Host is not allowed; see allowedHosts." };
  if (!isOriginAllowed(request, origins))
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
  return whyNotNow(server, request);
}

function whyNotNow(server: SocketTaker, request: IncomingMessage): Refused | undefined {
  switch (server.refusalOf(toConnectRequest(request))) {
    case "draining":
      return { status: 503, why: "The server is restarting.", headers: { "retry-after": "2" } };
    case "overloaded":
      return { status: 503, why: "The server is busy.", headers: { "retry-after": "5" } };
    case "server_full":
      return { status: 503, why: "The server is full.", headers: { "retry-after": "10" } };
    case "address_full":
      return { status: 429, why: "Too many new connections.", headers: { "retry-after": "10" } };
    case undefined:
      return undefined;
  }
}

function offersProtocol(request: IncomingMessage): boolean {
  const offered = request.headers["sec-websocket-protocol"] ?? "";
  return offered.split(",").some((name) => name.trim() === SUBPROTOCOL);
}

/** Only what is needed later, so that a request does not live as long as its socket. */
function toConnectRequest({ url, headers, socket }: IncomingMessage): ConnectRequest {
  return { url, headers, remoteAddress: socket.remoteAddress };
}

function ignore(): void {}
