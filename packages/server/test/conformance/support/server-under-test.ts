import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createMemoryStore, type EventStore } from "@runwire/store";
import { FakeClock } from "@runwire/testing";
import { onTestFinished, vi } from "vitest";
import type { ServerClock } from "../../../src/clock.ts";
import {
  createRunwireServer,
  type RunwireServer,
  type RunwireServerOptions,
} from "../../../src/index.ts";
import { type AttachOptions, attachRunwire } from "../../../src/node.ts";
import { type BareConnection, openConnection } from "../bare/bare-connection.ts";
import type { BareSocketOptions } from "../bare/bare-socket.ts";
import type { WireEvent, WireMessage } from "../bare/wire.ts";

// More than a wait has patience, so that a test says what did not come.
vi.setConfig({ testTimeout: 20_000 });

/** Options of the server, as far as tests give them; whoever gives no `authorize` gets an open one. */
export type Given = Partial<Omit<RunwireServerOptions, "access" | "authorize" | "authenticate">> &
  Partial<Pick<RunwireServerOptions, "authenticate">> & {
    readonly authorize?: Exclude<RunwireServerOptions["authorize"], undefined>;
    readonly attach?: Partial<AttachOptions>;
  };

export interface ServerUnderTest {
  readonly server: RunwireServer;
  readonly store: EventStore;
  readonly port: number;
  /** A socket that has said nothing yet. */
  open(options?: Partial<BareSocketOptions>): Promise<BareConnection>;
  /** A welcomed connection. */
  connect(token?: string): Promise<BareConnection>;
}

/** A real server over real sockets; everything is closed when the test ends. */
export async function startServer(given: Given = {}): Promise<ServerUnderTest> {
  const { attach, store = createMemoryStore(), ...options } = given;
  const server = createRunwireServer(toOptions({ ...options, store }));
  const http = createServer((_request, response) => response.writeHead(404).end());
  attachRunwire(server, http, { path: "/runwire", ...attach });
  const port = await listen(http);
  const connections: BareConnection[] = [];
  onTestFinished(async () => {
    for (const connection of connections) connection.socket.cut();
    await closeServer(server, given.clock);
    http.closeAllConnections();
    http.close();
  });
  const open = async (socket: Partial<BareSocketOptions> = {}) => {
    const connection = await openConnection({ port, ...socket });
    connections.push(connection);
    return connection;
  };
  const connect = async (token?: string) => {
    const connection = await open();
    await connection.hello(token);
    return connection;
  };
  return { server, store, port, open, connect };
}

function toOptions(given: Omit<Given, "attach"> & { store: EventStore }): RunwireServerOptions {
  const { authenticate, authorize, ...common } = given;
  if (!authorize && !authenticate) return { ...common, access: "open-to-everyone" };
  return {
    ...common,
    authenticate: authenticate ?? (({ token }) => (token ? { id: token } : null)),
    authorize: authorize ?? (() => true),
  };
}

/** Closes a server whose clock may stand still. */
export async function closeServer(server: RunwireServer, clock?: ServerClock): Promise<void> {
  let isClosed = false;
  const closing = server.close().finally(() => {
    isClosed = true;
  });
  // A drain takes its time; a clock that stands still would never let it end.
  if (clock instanceof FakeClock) while (!isClosed) await clock.advance(100);
  await closing;
}

function listen(http: Server): Promise<number> {
  return new Promise((resolve) => {
    // A TCP server that listens has an address with a port.
    http.listen(0, "127.0.0.1", () => resolve((http.address() as AddressInfo).port));
  });
}

let lastPublish = 0;

/** Publishes as `writer-1`, who counts its publishes over all its connections, and waits for the answer. */
export function publish(
  connection: BareConnection,
  events: readonly unknown[],
  given: Readonly<Record<string, unknown>> = {},
): Promise<WireMessage> {
  lastPublish += 1;
  const own = { id: `publish-${lastPublish}`, channel: "c", writer: "writer-1" };
  return connection.request({ type: "publish", ...own, events, ...given });
}

/** The whole log of a channel, by `fetch`. */
export async function readLog(connection: BareConnection, channel = "c"): Promise<WireEvent[]> {
  const events: WireEvent[] = [];
  let after = 0;
  for (;;) {
    const page = await connection.request({ type: "fetch", channel, after });
    events.push(...(page.events ?? []));
    if (page.offset === undefined || page.head === undefined || page.offset >= page.head)
      return events;
    after = page.offset;
  }
}
