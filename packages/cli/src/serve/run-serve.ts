import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isRunwireError } from "@runwire/protocol";
import { createRunwireServer, type RunwireServer } from "@runwire/server";
import { attachRunwire, boundedHttpOptions, type TrustedProxies } from "@runwire/server/node";
import { Misuse, toMessage } from "../misuse.js";
import { type AccessOptions, toAccess } from "./access.js";
import { openStore } from "./open-store.js";

/** The flags of `runwire serve`. */
export interface ServeFlags extends AccessOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly store: string;
  readonly origin?: readonly string[];
  readonly trustProxy?: readonly string[];
  readonly drainTimeout: number;
}

/**
 * Connections that the system keeps until they are accepted. Of Node's 511 a crowd that returns at once overflows
 * most, and whoever is dropped waits for seconds.
 */
const BACKLOG = 4_096;

/**
 * Serves until a signal comes, then drains and ends with 0. The first line on stdout is the address.
 *
 * @throws Misuse for whatever the person at the terminal can mend
 */
export async function runServe(flags: ServeFlags): Promise<void> {
  const access = await toAccess(flags);
  const store = openStore(flags.store);
  const runwire = createRunwireServer({
    ...access,
    store,
    drain: { timeoutMs: flags.drainTimeout },
    logger: { warn: tell, error: tell },
  });
  const http = createServer({ ...boundedHttpOptions }, notFound);
  try {
    attach(runwire, http, flags);
    const port = await listen(http, flags);
    process.stdout.write(`listening http://${toUrlHost(flags.host)}:${port}${flags.path}\n`);
    await signalled();
  } finally {
    await runwire.close();
    http.close();
    http.closeAllConnections();
    await store.close();
  }
  // Nothing is left to do. Left to itself, Node 24 may go round for ever here, waiting for sockets that were reset.
  process.exit(0);
}

function attach(runwire: RunwireServer, http: Server, flags: ServeFlags): void {
  const origins = flags.origin?.map(toOrigin);
  const trustProxy = toTrustedProxies(flags.trustProxy);
  try {
    attachRunwire(runwire, http, {
      ...{ path: flags.path, refuseOtherUpgrades: true, trustProxy },
      ...(origins && { origins }),
    });
  } catch (error) {
    if (isRunwireError(error)) throw new Misuse(error.message);
    throw error;
  }
}

function toOrigin(text: string): string {
  if (URL.canParse(text) && new URL(text).origin === text) return text;
  throw new Misuse(`--origin takes origins like https://app.example.com, not “${text}”.`);
}

/** A number of proxies, or their addresses. */
function toTrustedProxies(given: readonly string[] = []): TrustedProxies {
  const [first, ...more] = given;
  if (first === undefined) return false;
  return more.length === 0 && /^\d+$/.test(first) ? Number(first) : given;
}

function listen(http: Server, { host, port }: ServeFlags): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once("error", (error: NodeJS.ErrnoException) =>
      reject(toListenProblem(error, host, port)),
    );
    // Listening on a host and a port, the address is an AddressInfo.
    http.listen({ port, host, backlog: BACKLOG }, () =>
      resolve((http.address() as AddressInfo).port),
    );
  });
}

function toListenProblem(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === "EADDRINUSE")
    return new Misuse(`Port ${port} of ${host} is in use; choose another with --port.`);
  const why = error.code ?? toMessage(error);
  return new Misuse(`Cannot listen on ${host}:${port} (${why}): ${toRemedy(error.code)}.`);
}

function toRemedy(code: string | undefined): string {
  if (code === "EACCES")
    return "this user may not use that port; choose one above 1023 with --port";
  return "give a name or an address of this machine with --host, like 127.0.0.1";
}

function toUrlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

/** Nothing of the details: they may name what only the operator of the machine may know, and fill the disk. */
function tell(message: string, details?: unknown): void {
  const why = details === undefined ? "" : `: ${toMessage(details)}`;
  process.stderr.write(`${JSON.stringify(`${message}${why}`).slice(1, -1)}\n`);
}

function notFound(_request: unknown, response: import("node:http").ServerResponse): void {
  response.writeHead(404, { "content-type": "text/plain; charset=utf-8" });
  response.end("There is nothing here.\n");
}
