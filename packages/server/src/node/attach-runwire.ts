import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Server as SecureServer } from "node:https";
import type { Duplex } from "node:stream";
import { RunwireError } from "@runwire/protocol";
import type { ServerStatus } from "../server-stats.js";
import { createUpgradeHandler, type SocketTaker } from "./handle-upgrade.js";
import { sendError, sendJson } from "./http-answers.js";
import { type AllowedHosts, type AllowedOrigins, defaultHosts, isHostAllowed } from "./origins.js";

/** Options of {@link attachRunwire}. */
export interface AttachOptions {
  /** Where clients connect; HTTP routes are below it. @default "/runwire" */
  readonly path?: string;
  /** Which pages may open a socket. @default "same-host" */
  readonly origins?: AllowedOrigins;
  /**
   * Which hosts a request may name, against DNS rebinding.
   * @default for a server that listens on loopback: localhost, 127.0.0.1 and [::1]; else every host
   */
  readonly allowedHosts?: AllowedHosts;
  /** Ends upgrades that are for another path, where nobody else takes them. @default false */
  readonly refuseOtherUpgrades?: boolean;
}

/** The part of a runwire server that HTTP needs. */
export interface AttachableServer extends SocketTaker {
  status(): ServerStatus;
}

/**
 * Serves a runwire server over an HTTP server of the application: the upgrades at `path`, the routes below it,
 * and nothing else. Call it after the application's own `request` listeners are in place: they go on to get
 * every other request. Returns an idempotent function that lets go of the HTTP server again.
 *
 * @throws RunwireError `invalid_options`
 * @example
 * const http = createServer(app);
 * attachRunwire(runwire, http, { path: "/runwire" });
 * http.listen(3000);
 */
export function attachRunwire(
  server: AttachableServer,
  http: Server | SecureServer,
  options: AttachOptions = {},
): () => void {
  const { path = "/runwire", origins = "same-host", refuseOtherUpgrades = false } = options;
  if (!/^(\/[\w.~-]+)+$/.test(path))
    throw new RunwireError("invalid_options", `path is "${path}"; give one like "/runwire"`);
  const upgrade = createUpgradeHandler(server);
  const allowedHosts = () => options.allowedHosts ?? defaultHosts(addressOf(http));

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (toPath(request) === path)
      return upgrade(request, socket, head, { origins, allowedHosts: allowedHosts() });
    if (refuseOtherUpgrades) socket.destroy();
  };
  const others = http.listeners("request") as RequestListener[];
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const own = toPath(request);
    if (own === path || own?.startsWith(`${path}/`)) {
      if (!isHostAllowed(request, allowedHosts()))
        return sendError(response, 403, "forbidden", "this Host is not allowed; see allowedHosts");
      return answer(server, own.slice(path.length), request, response);
    }
    for (const listener of others) listener.call(http, request, response);
  };
  http.removeAllListeners("request");
  http.on("request", onRequest);
  http.on("upgrade", onUpgrade);
  return () => {
    http.off("upgrade", onUpgrade);
    if (!http.listeners("request").includes(onRequest)) return;
    http.off("request", onRequest);
    for (const listener of others) http.on("request", listener);
  };
}

function answer(
  server: AttachableServer,
  route: string,
  { method }: IncomingMessage,
  response: ServerResponse,
): void {
  if (route === "") return answerBase(response);
  if (route !== "/status")
    return sendError(response, 404, "bad_message", "there is nothing at this address");
  if (method !== "GET" && method !== "HEAD")
    return sendError(response, 405, "bad_message", "ask with GET", { allow: "GET, HEAD" });
  sendJson(response, 200, server.status());
}

/** The socket's own address, asked without an upgrade. */
function answerBase(response: ServerResponse): void {
  const headers = { upgrade: "websocket", "sec-websocket-version": "13" };
  sendError(response, 426, "bad_message", "this address speaks WebSocket", headers);
}

/** The path of a request, or `undefined` where there is none that can be read. */
function toPath({ url }: IncomingMessage): string | undefined {
  const base = "http://host";
  return url !== undefined && URL.canParse(url, base) ? new URL(url, base).pathname : undefined;
}

function addressOf(http: Server | SecureServer): string | undefined {
  const address = http.address();
  return typeof address === "object" && address !== null ? address.address : undefined;
}
