import { readFileSync } from "node:fs";
import { settle } from "@runwire/testing";
import { describe, expect, it, vi } from "vitest";
import { createRunwireClient } from "../../src/index.js";
import { setUp } from "../support/set-up.js";

describe("connecting", () => {
  it("opens nothing until something needs it", async () => {
    const { client, sockets } = setUp();
    await settle();
    expect(client.status).toBe("idle");
    expect(sockets).toEqual([]);
    client.reconnect();
    await settle();
    expect(sockets).toHaveLength(1);
    expect(sockets[0]?.protocols).toEqual(["runwire.v1"]);
  });

  it("tells its name and version", async () => {
    const { client, connect } = setUp();
    client.reconnect();
    const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    const { name, version } = JSON.parse(manifest);
    expect((await connect()).last("hello").client).toEqual({ name, version });
  });

  it("[RW-CONN-6] sends the token in hello and never in the address", async () => {
    const { client, connect } = setUp({ token: async () => "secret" });
    client.reconnect();
    const socket = await connect();
    expect(socket.last("hello").token).toBe("secret");
    expect(socket.url).toBe("ws://server.test/runwire");
    expect(client.status).toBe("connected");
  });

  it.each([
    ["https://host/runwire#part", "wss://host/runwire"],
    ["http://host:3000/runwire", "ws://host:3000/runwire"],
    ["wss://host/runwire?region=eu", "wss://host/runwire?region=eu"],
  ])("opens %s as %s", async (url, expected) => {
    const { client, latest } = setUp({ url });
    client.reconnect();
    await settle();
    expect(latest().url).toBe(expected);
  });

  it.each([
    ["ftp://host/"],
    ["not an address"],
    // A caller without types, or with a setting that is not there.
    [undefined as unknown as string],
  ])("refuses %s at once", (url) => {
    expect(() => createRunwireClient({ url })).toThrow(
      expect.objectContaining({ code: "invalid_url" }),
    );
  });

  it("waits with a path until there is a page, so that a server may render one", async () => {
    const { client } = setUp({ url: "/runwire" });
    client.reconnect();
    await settle();
    expect(client.status).toBe("waiting");
    expect(client.connection.error).toMatchObject({ code: "invalid_url" });
  });

  it("counts a token() that throws, or hangs for 10 s, as an attempt", async () => {
    const token = vi
      .fn<() => Promise<string>>()
      .mockRejectedValueOnce(new Error("no session"))
      .mockReturnValueOnce(new Promise(() => {}))
      .mockResolvedValue("fresh");
    const { client, clock, connect, sockets } = setUp({ token });
    client.reconnect();
    await settle();
    expect(client.connection).toMatchObject({ status: "waiting", attempt: 2 });
    await clock.advance(1_000);
    expect(client.status).toBe("connecting");
    await clock.advance(10_000);
    expect(client.connection).toMatchObject({ status: "waiting", attempt: 3 });
    expect(sockets).toEqual([]);
    await clock.advance(2_000);
    await connect();
    expect(client.connection).toMatchObject({ status: "connected", attempt: 0 });
  });

  it("gives a socket that does not open, and a server that does not welcome, 10 s each", async () => {
    const { client, clock, latest } = setUp();
    client.reconnect();
    await clock.advance(9_000);
    await latest().open();
    expect(client.status).toBe("handshaking");
    await clock.advance(9_999);
    expect(client.status).toBe("handshaking");
    await clock.advance(1);
    expect(client.status).toBe("waiting");
    expect(latest().closes).toHaveLength(1);
  });

  it("measures the round trip with the first ping", async () => {
    const { client, clock, connect } = setUp();
    client.reconnect();
    const socket = await connect();
    await clock.advance(25);
    await socket.say({ type: "pong", at: socket.last("ping").at, now: 0, heads: {} });
    expect(client.latencyMs).toBe(25);
  });

  it("tells each change once, with one object until the next", async () => {
    const { client, connect } = setUp();
    const told: string[] = [];
    client.onStatus((info) => {
      expect(info).toBe(client.connection);
      told.push(info.status);
    });
    client.reconnect();
    await connect();
    expect(told).toEqual(["connecting", "handshaking", "connected"]);
  });

  it("survives a listener that throws, and tells of it", async () => {
    const { client, reports, connect } = setUp();
    const heard = vi.fn();
    client.onStatus(() => {
      throw new Error("listener");
    });
    client.onStatus(heard);
    client.reconnect();
    await connect();
    expect(heard).toHaveBeenCalledTimes(3);
    expect(reports.map(({ code }) => code)).toEqual(Array(3).fill("listener_failed"));
  });
});

describe("losing the connection", () => {
  it("comes back with backoff, and says when", async () => {
    const { client, clock, connect, sockets } = setUp();
    client.reconnect();
    const socket = await connect();
    await clock.advance(20_000);
    await socket.end(1006);
    expect(client.connection).toMatchObject({ status: "waiting", attempt: 1 });
    expect(client.connection.retryAt).toBe(clock.now() + 500);
    await clock.advance(500);
    expect(sockets).toHaveLength(2);
  });

  it("ignores what an abandoned socket still says (TRPC-4078, HTMX-98)", async () => {
    const { client, clock, connect, sockets } = setUp();
    client.reconnect();
    const first = await connect();
    await clock.advance(120_000);
    expect(first.closes).toHaveLength(1);
    const second = await connect();
    await first.end(4403);
    await first.say({ type: "welcome" });
    expect(client.status).toBe("connected");
    expect(sockets.at(-1)).toBe(second);
  });

  it("replaces a silent socket 2 s after the page woke", async () => {
    const { client, clock, connect, page } = setUp();
    client.reconnect();
    const socket = await connect();
    await socket.say({ type: "pong", at: 0, now: 0, heads: {} });
    await page("wake");
    expect(socket.sent.filter(({ type }) => type === "ping")).toHaveLength(2);
    await clock.advance(2_000);
    expect(client.status).toBe("waiting");
    expect(socket.closes).toHaveLength(1);
  });

  it("closes 1001 when the page goes, and is back at once when it is shown again", async () => {
    const { client, connect, page, sockets } = setUp();
    client.reconnect();
    const socket = await connect();
    await page("hide");
    expect(socket.closes).toEqual([1001]);
    await page("wake");
    expect(sockets).toHaveLength(2);
    expect(client.connection).toMatchObject({ status: "connecting", attempt: 1 });
  });

  it("[RW-LIVE-15] parks after ten attempts, and tries every five minutes and when the network is back", async () => {
    const { client, clock, latest, sockets, page } = setUp();
    client.reconnect();
    await settle();
    for (let attempt = 1; attempt <= 10; attempt++) {
      await latest().end(1006);
      await clock.advance(30_000);
    }
    expect(client.status).toBe("parked");
    expect(sockets).toHaveLength(10);
    await clock.advance(300_000);
    expect(sockets).toHaveLength(11);
    await latest().end(1006);
    expect(client.status).toBe("parked");
    await page("wake");
    expect(sockets).toHaveLength(12);
    await latest().end(1006);
    expect(client.connection).toMatchObject({ status: "waiting", attempt: 2 });
  });

  it("[RW-LIVE-8] obeys the time that the server names before it closes", async () => {
    const { client, clock, connect, sockets } = setUp();
    client.reconnect();
    const socket = await connect();
    await socket.say({ type: "reconnect", afterMs: 7_000, reason: "drain" });
    await socket.end(1012);
    await clock.advance(6_999);
    expect(sockets).toHaveLength(1);
    await clock.advance(1);
    expect(sockets).toHaveLength(2);
  });

  it("asks for a fresh token once after 4401, then stops until it is asked to try again", async () => {
    const token = vi.fn(() => "stale");
    const { client, clock, latest, sockets } = setUp({ token });
    client.reconnect();
    for (const attempt of [1, 2]) {
      await clock.advance(0);
      expect([sockets.length, token.mock.calls.length]).toEqual([attempt, attempt]);
      await latest().open();
      await latest().end(4401);
    }
    await clock.advance(600_000);
    expect(client.status).toBe("closed");
    expect(sockets).toHaveLength(2);
    client.reconnect();
    await settle();
    expect(sockets).toHaveLength(3);
  });
});

describe("credentials that run out", () => {
  it("are renewed on the living connection, by the server's clock", async () => {
    let count = 0;
    const { client, clock, connect } = setUp({ token: () => `token-${++count}` });
    client.reconnect();
    const serverNow = 5_000_000;
    const socket = await connect({ expiresAt: serverNow + 600_000 });
    await socket.say({ type: "pong", at: 0, now: serverNow, heads: {} });
    await clock.advance(30_000);
    await socket.say({ type: "pong", at: 0, now: serverNow + 30_000, heads: {} });
    for (let turn = 0; turn < 17; turn++) {
      await clock.advance(29_000);
      await socket.say({ type: "pong", at: 0, now: 0, heads: {} });
    }
    expect(socket.sent.filter(({ type }) => type === "authenticate")).toEqual([]);
    await clock.advance(20_000);
    expect(socket.last("authenticate").token).toBe("token-2");
    expect(client.status).toBe("connected");
  });
});

describe("close", () => {
  it("gives the same promise twice, and ends for good", async () => {
    const { client, clock, connect, sockets, page } = setUp();
    client.reconnect();
    const socket = await connect();
    const closing = client.close();
    expect(client.close()).toBe(closing);
    expect(socket.closes).toEqual([1001]);
    await socket.end(1001);
    await closing;
    client.reconnect();
    await page("wake");
    await settle();
    expect(client.status).toBe("closed");
    expect(sockets).toHaveLength(1);
    expect(clock.pending()).toEqual([]);
  });

  it("does not wait for a server that never answers the goodbye", async () => {
    const { client, clock, connect } = setUp();
    client.reconnect();
    await connect();
    const closing = client.close();
    await clock.advance(1_000);
    await closing;
    expect(clock.pending()).toEqual([]);
  });

  it("leaves no timer behind, whatever was followed and written", async () => {
    const { client, clock, connect } = setUp();
    const handlers = { onCommand: async () => undefined, onLost: () => {} };
    void client.attachRun({ channel: "chat:1", runId: "r1", writer: "w" }, handlers);
    client.channel("chat:1").subscribe(() => {})();
    client.channel("chat:2").subscribe(() => {});
    const socket = await connect();
    await clock.advance(100);
    void client.close();
    await socket.end(1001);
    expect(clock.pending()).toEqual([]);
  });

  it("rejects what is unanswered, and what is asked afterwards", async () => {
    const { client, connect } = setUp();
    client.reconnect();
    await connect();
    const unanswered = client.channel("chat:1").runs();
    unanswered.catch(() => {});
    void client.close();
    await expect(unanswered).rejects.toMatchObject({ code: "closed" });
    await expect(client.channel("chat:1").runs()).rejects.toMatchObject({ code: "closed" });
  });
});
