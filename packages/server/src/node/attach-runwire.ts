import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Server as SecureServer } from "node:https";
import type { Duplex } from "node:stream";
import { RunwireError } from "@runwire/protocol";
import { createArrivalReader } from "./arrival.js";
import { type AttachOptions, defaultAttachOptions } from "./attach-options.js";
import { answerEntrance, type Doorkeeper, type EntranceRules } from "./entrance.js";
import { createUpgradeHandler, type SocketTaker } from "./handle-upgrade.js";
import { refuseUpgrade, sendError } from "./http-answers.js";
import { createPlainHttpWarning, warnWhenListening } from "./http-warnings.js";
import { checkOrigins, defaultHosts, isHostAllowed } from "./origins.js";
import { type AnsweringServer, createRoutes } from "./routes.js";

/** The part of a runwire server that HTTP needs. */
export interface AttachableServer extends SocketTaker, Doorkeeper, AnsweringServer {}

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
  const defaults = defaultAttachOptions;
  const { path = defaults.path, origins = defaults.origins } = options;
  const { requireOrigin = defaults.requireOrigin, trustProxy = defaults.trustProxy } = options;
  const { refuseOtherUpgrades = defaults.refuseOtherUpgrades } = options;
  const { diagnostics = defaults.diagnostics } = options;
  if (!/^(\/[\w.~-]+)+$/.test(path))
    throw new RunwireError("invalid_options", `path is "${path}"; give one like "/runwire"`);
  checkOrigins(origins);
  const handleUpgrade = createUpgradeHandler(server);
  const readArrival = createArrivalReader(trustProxy);
  const answer = createRoutes(server, diagnostics);
  const onArrival = createPlainHttpWarning(server.logger);
  // A proxy that is trusted comes over loopback for everybody.
  const allowedHosts = () =>
    options.allowedHosts ?? (trustProxy === false ? defaultHosts(addressOf(http)) : undefined);
  const rulesFor = (request: IncomingMessage): EntranceRules => {
    const arrival = readArrival(request);
    onArrival(arrival);
    return { arrival, origins, requireOrigin, allowedHosts: allowedHosts() };
  };

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const asked = toPath(request);
    if (asked === path) handleUpgrade(request, socket, head, rulesFor(request));
    else if (refuseOtherUpgrades || isNobodys(http, asked, onUpgrade)) refuseOther(socket);
  };
  pathOf.set(onUpgrade, path);
  const others = http.listeners("request") as RequestListener[];
  let isAttached = true;
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const own = toPath(request);
    if (!isAttached || own === undefined || (own !== path && !own.startsWith(`${path}/`)))
      for (const listener of others) listener.call(http, request, response);
    else if (own === path) answerEntrance(server, request, response, rulesFor(request));
    else if (!isHostAllowed(request, allowedHosts(), readArrival(request)))
      sendError(response, 403, "forbidden", "this Host is not allowed; see allowedHosts");
    else answer(own.slice(path.length), request, response, rulesFor(request));
  };
  http.removeAllListeners("request");
  http.on("request", onRequest);
  http.on("upgrade", onUpgrade);
  const stopWatching = warnWhenListening(http, server.logger, (listener) => pathOf.has(listener));
  return () => {
    isAttached = false;
    stopWatching();
    http.off("upgrade", onUpgrade);
    // Another attachment may stand in front by now; then requests go through here to the application.
    if (!http.listeners("request").includes(onRequest)) return;
    http.off("request", onRequest);
    for (const listener of others) http.on("request", listener);
  };
}

/** The paths of all attachments, by their listeners. */
const pathOf = new WeakMap<object, string>();

/** Whether no listener for upgrades takes this path. Of several attachments, the first one says so. */
function isNobodys(http: Server | SecureServer, path: string | undefined, own: object): boolean {
  const listeners = http.listeners("upgrade");
  const takesIt = (listener: object) => !pathOf.has(listener) || pathOf.get(listener) === path;
  return listeners[0] === own && !listeners.some(takesIt);
}

function refuseOther(socket: Duplex): void {
  // A peer that resets the connection must not end the process.
  socket.on("error", () => {});
  refuseUpgrade(socket, 404, "There is no WebSocket at this address.");
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
