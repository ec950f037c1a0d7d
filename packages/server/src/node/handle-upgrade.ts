import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { SUBPROTOCOL } from "@runwire/protocol";
import { WebSocketServer } from "ws";
import type { TurnedAway } from "../connection/door.js";
import type { Logger } from "../logger.js";
import type { ServerLimits } from "../options.js";
import type { ServerSocket, SocketHandlers } from "../socket.js";
import type { ConnectRequest } from "../users.js";
import {
  createRefusalWarning,
  type EntranceRules,
  retryHeader,
  toConnectRequest,
  toRefused,
  whyForeign,
} from "./entrance.js";
import { refuseUpgrade } from "./http-answers.js";
import { forwardEvents, toServerSocket } from "./ws-socket.js";

/** The part of a server that takes sockets. */
export interface SocketTaker {
  readonly limits: ServerLimits;
  readonly logger: Logger;
  accept(socket: ServerSocket, request: ConnectRequest): SocketHandlers;
  admit(request: ConnectRequest, tell: (away: TurnedAway | undefined) => void): () => void;
}

/** How long a peer may take to answer a close frame, milliseconds. */
const closeTimeoutMs = 5_000;

/** Makes the function that turns an upgrade request into a connection, or into an answer that says why not. */
export function createUpgradeHandler(server: SocketTaker) {
  const webSockets = createWebSocketServer(server.limits);
  const warnOfRefusal = createRefusalWarning(server.logger);
  return (request: IncomingMessage, socket: Duplex, head: Buffer, rules: EntranceRules): void => {
    // First of all: a peer that resets the connection must not end the process.
    socket.on("error", ignore);
    const foreign = whyForeign(request, rules);
    if (foreign) warnOfRefusal(request, foreign);
    const refused = foreign ?? whyNoHandshake(request);
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

/** An upgrade that is refused. */
interface RefusedUpgrade {
  readonly status: number;
  readonly why: string;
  readonly retryAfterMs?: number;
}

function refuse(socket: Duplex, { status, why, retryAfterMs }: RefusedUpgrade): void {
  const version = status === 426 ? { "sec-websocket-version": "13" } : {};
  refuseUpgrade(socket, status, why, { ...version, ...retryHeader(retryAfterMs) });
}

function whyNoHandshake(request: IncomingMessage): RefusedUpgrade | undefined {
  if (request.method !== "GET") return { status: 405, why: "A WebSocket is opened with GET." };
  if (request.headers["sec-websocket-version"] !== "13")
    return { status: 426, why: "Only WebSocket version 13 is spoken here." };
  if (!offersProtocol(request))
    return { status: 400, why: `Offer the WebSocket subprotocol ${SUBPROTOCOL}.` };
  return undefined;
}

function offersProtocol(request: IncomingMessage): boolean {
  const offered = request.headers["sec-websocket-protocol"] ?? "";
  return offered.split(",").some((name) => name.trim() === SUBPROTOCOL);
}

function ignore(): void {}
