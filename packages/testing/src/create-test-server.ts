import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import {
  createRunwireClient,
  type RunwireClient,
  type RunwireClientOptions,
} from "@runwire/client";
import {
  createRunwireServer,
  type RunwireServer,
  type RunwireServerOptions,
  type User,
} from "@runwire/server";
import { attachRunwire } from "@runwire/server/node";
import { createMemoryStore, type EventStore } from "@runwire/store";

type Open = Extract<RunwireServerOptions, { readonly access: "open-to-everyone" }>;
type Closed<AppUser extends User> = Exclude<RunwireServerOptions<AppUser>, { access: string }>;

/**
 * Options of {@link createTestServer}: those of `createRunwireServer`, none of which must be given. Without
 * `authorize` everybody may do everything.
 */
export type TestServerOptions<AppUser extends User = User> = (
  | Omit<Open, "store" | "access">
  | Omit<Closed<AppUser>, "store">
) & {
  /** One that is given is not closed with the server. @default a memory store of its own */
  readonly store?: EventStore;
  /** @default a free one */
  readonly port?: number;
};

/** A real server on a real port of 127.0.0.1. */
export interface TestServer extends AsyncDisposable {
  /** Where clients connect: `ws://127.0.0.1:<port>/runwire`. */
  readonly url: string;
  readonly port: number;
  /** Also a target: `withRun(server, …)`. */
  readonly server: RunwireServer;
  readonly store: EventStore;
  /** A client of it with short waits, which the server's `close` closes too. */
  connect(options?: Partial<RunwireClientOptions>): RunwireClient;
  /** Ends clients, server and its own store. Twice returns the same promise. */
  close(): Promise<void>;
}

/** Nobody waits for long in a test. */
const shortDrain = { spreadMs: 50, timeoutMs: 500 };
const shortWaits = { firstMs: 10, maxMs: 100, attempts: 1_000 };

/**
 * Starts a real runwire server: real sockets, a free port, a memory store unless one is given.
 *
 * @throws RunwireError `invalid_options`
 * @example
 * await using runwire = await createTestServer();
 * const channel = runwire.connect().channel("chat:1");
 * await research(runwire.server, "src");
 */
export async function createTestServer<AppUser extends User = User>(
  options: TestServerOptions<AppUser> = {},
): Promise<TestServer> {
  const { store = createMemoryStore(), port: wanted = 0, ...others } = options;
  const server = createRunwireServer(toServerOptions(others, store));
  const http = createServer();
  attachRunwire(server, http);
  const sockets = keepSockets(http);
  await listen(http, wanted);
  const { port } = http.address() as AddressInfo; // it listens on a port, not on a pipe
  const url = `ws://127.0.0.1:${port}/runwire`;
  const clients: RunwireClient[] = [];
  let closing: Promise<void> | undefined;

  async function end(): Promise<void> {
    await Promise.all(clients.map((client) => client.close()));
    await server.close();
    const closed = new Promise((resolve) => http.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
    if (!options.store) await store.close();
  }

  function close(): Promise<void> {
    closing ??= end();
    return closing;
  }

  return {
    ...{ url, port, server, store, close, [Symbol.asyncDispose]: close },
    connect(clientOptions = {}) {
      const backoff = { ...shortWaits, ...clientOptions.backoff };
      const client = createRunwireClient({ url, lingerMs: 0, ...clientOptions, backoff });
      clients.push(client);
      return client;
    },
  };
}

function toServerOptions<AppUser extends User>(
  given: Omit<TestServerOptions<AppUser>, "store" | "port">,
  store: EventStore,
): RunwireServerOptions<AppUser> {
  const access = "authorize" in given ? {} : { access: "open-to-everyone" };
  // The two kinds of options differ in `access` and `authorize` only, and one of them is there now.
  return { drain: shortDrain, ...given, ...access, store } as RunwireServerOptions<AppUser>;
}

function keepSockets(http: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  http.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

function listen(http: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, "127.0.0.1", resolve);
  });
}
