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
  status(): Promise<ServerStatus>;
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
  const handleUpgrade = createUpgradeHandler(server);
  const allowedHosts = () => options.allowedHosts ?? defaultHosts(addressOf(http));

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (toPath(request) === path)
      handleUpgrade(request, socket, head, { origins, allowedHosts: allowedHosts() });
    else if (refuseOtherUpgrades) socket.destroy();
  };
  const others = http.listeners("request") as RequestListener[];
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const own = toPath(request);
    if (own !== path && !own?.startsWith(`${path}/`))
      for (const listener of others) listener.call(http, request, response);
    else if (!isHostAllowed(request, allowedHosts()))
      sendError(response, 403, "forbidden", "this Host is not allowed; see allowedHosts");
    else void answer(server, own.slice(path.length), request, response);
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

async function answer(
  server: AttachableServer,
  route: string,
  { method }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (route === "")
    sendError(response, 426, "bad_message", "this address speaks WebSocket", upgrade);
  else if (route !== "/status")
    sendError(response, 404, "bad_message", "there is nothing at this address");
  else if (method !== "GET" && method !== "HEAD")
    sendError(response, 405, "bad_message", "ask with GET", { allow: "GET, HEAD" });
  else sendJson(response, 200, await server.status());
}

/** What the socket's own address says to who asks it without an upgrade. */
const upgrade = { upgrade: "websocket", "sec-websocket-version": "13" };

/** The path of a request, or `undefined` where there is none that can be read. */
function toPath({ url }: IncomingMessage): string | undefined {
  const base = "http://host";
  return url !== undefined && URL.canParse(url, base) ? new URL(url, base).pathname : undefined;
}

function addressOf(http: Server | SecureServer): string | undefined {
  const address = http.address();
  return typeof address === "object" && address !== null ? address.address : undefined;
}
