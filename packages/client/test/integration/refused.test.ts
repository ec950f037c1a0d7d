import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createRunwireServer, type RunwireServerOptions } from "@runwire/server";
import { type AttachOptions, attachRunwire } from "@runwire/server/node";
import { createMemoryStore } from "@runwire/store";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import WebSocket from "ws";
import {
  type ConnectionInfo,
  createRunwireClient,
  type RunwireClientOptions,
} from "../../src/index.js";

async function listen(http: Server): Promise<string> {
  http.listen(0, "127.0.0.1");
  await vi.waitUntil(() => http.listening);
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return `ws://127.0.0.1:${(http.address() as AddressInfo).port}/runwire`;
}

async function startServer(attach: AttachOptions, limits: RunwireServerOptions["limits"] = {}) {
  const store = createMemoryStore();
  const runwire = createRunwireServer({ store, access: "open-to-everyone", limits });
  onTestFinished(() => runwire.close());
  const http = createServer();
  attachRunwire(runwire, http, attach);
  return listen(http);
}

/** Connects, and gives every state that the client tells of. */
function connect(url: string, options: Partial<RunwireClientOptions> = {}) {
  const backoff = { firstMs: 10, maxMs: 20 };
  const client = createRunwireClient({ url, backoff, random: () => 1, ...options });
  onTestFinished(() => client.close());
  const seen: ConnectionInfo[] = [];
  client.onStatus((info) => seen.push(info));
  client.reconnect();
  const until = (matches: (info: ConnectionInfo) => boolean) =>
    vi.waitFor(() => expect(seen.find(matches)).toBeDefined(), 10_000);
  return { client, seen, until };
}

describe("a client whose socket is refused", () => {
  it("[RW-CONN-15] stops and says why when it is not wanted there", async () => {
    const { client, until } = connect(await startServer({ requireOrigin: true }));
    await until(({ status }) => status === "closed");
    expect(client.connection.error).toMatchObject({
      code: "forbidden",
      message: "A request without Origin is not allowed; see requireOrigin.",
    });
    expect(client.connection.attempt).toBe(2);
    await expect(client.channel("c").command("r", "cancel")).rejects.toThrow(/without Origin/);
  });

  it("[RW-CONN-15] comes back when it is told to where it is turned away for now", async () => {
    const url = await startServer({}, { maxConnections: 1 });
    await connect(url).until(({ status }) => status === "connected");
    const { client, until } = connect(url);
    await until(({ status, attempt }) => status === "waiting" && attempt === 3);
    // Its own backoff would be 20 ms.
    expect(client.connection.retryAt).toBeGreaterThan(Date.now() + 500);
  });

  it("[RW-CONN-15] obeys what it is told each time that it is turned away", async () => {
    let asked = 0;
    const http = createServer((_request, response) => {
      asked += 1;
      const error = { type: "error", code: "rate_limited", message: "full", retryAfterMs: 250 };
      response.writeHead(503).end(JSON.stringify(error));
    });
    http.on("upgrade", (_request, socket) => socket.destroy());
    const { until, seen } = connect(await listen(http));
    await until(({ status, attempt }) => status === "waiting" && attempt === 5);
    expect(asked).toBe(3);
    // Its own backoff would be 20 ms.
    const dueAt = seen.flatMap(({ retryAt, attempt }) => (attempt > 2 ? (retryAt ?? []) : []));
    expect(dueAt).toHaveLength(3);
    for (const [index, at] of dueAt.entries())
      if (index > 0) expect(at - (dueAt[index - 1] ?? 0)).toBeGreaterThanOrEqual(250);
  });

  it("does not ask again where nobody answers any more", async () => {
    let asked = 0;
    const http = createServer((request, response) => {
      asked += 1;
      if (asked > 1) return void request.socket.destroy();
      const error = { type: "error", code: "rate_limited", message: "full", retryAfterMs: 50 };
      response.writeHead(503).end(JSON.stringify(error));
    });
    http.on("upgrade", (_request, socket) => socket.destroy());
    const { until } = connect(await listen(http));
    await until(({ status, attempt }) => status === "waiting" && attempt === 7);
    expect(asked).toBe(2);
  });

  it.each<[string, RequestListener]>([
    ["a page", (_request, response) => void response.writeHead(403).end("<h1>no</h1>")],
    ["null", (_request, response) => void response.end("null")],
    ["other JSON", (_request, response) => void response.end('{"code":"forbidden"}')],
    ["nothing", (request) => void request.socket.destroy()],
  ])("goes on trying where somebody else answers with %s", async (_what, answer) => {
    const http = createServer(answer);
    http.on("upgrade", (_request, socket) => socket.destroy());
    const { until } = connect(await listen(http));
    await until(({ status, attempt }) => status === "connecting" && attempt === 5);
  });

  it("asks nobody where the application opens the sockets", async () => {
    let asked = 0;
    const http = createServer((_request, response) => {
      asked += 1;
      response.end();
    });
    http.on("upgrade", (_request, socket) => socket.destroy());
    const { until } = connect(await listen(http), { WebSocket });
    await until(({ status, attempt }) => status === "connecting" && attempt === 5);
    expect(asked).toBe(0);
  });
});
