import { settle } from "@runwire/testing";
import { describe, expect, it, vi } from "vitest";
import { completed, range, said, setUp, started, subscribed, textOf } from "../support/set-up.js";

const subscribes = (socket: { readonly sent: readonly { readonly type: string }[] }) =>
  socket.sent.filter(({ type }) => type === "subscribe");

/** A client that follows chat:1 and is level at offset 2. */
async function follow(options: { readonly runs?: number } = {}) {
  const parts = setUp();
  const channel = parts.client.channel("chat:1", options);
  const heard = vi.fn();
  const stop = channel.subscribe(heard);
  const socket = await parts.connect();
  await subscribed(socket, { offset: 2 });
  await socket.say(range(0, 2, [started(1), said(2, "Hi")]));
  heard.mockClear();
  return { ...parts, channel, heard, stop, socket };
}

describe("one subscription for all who follow", () => {
  it("asks once for ten listeners, and calls each once for each frame", async () => {
    const { client, connect } = setUp();
    const listeners = Array.from({ length: 10 }, () => vi.fn());
    for (const listener of listeners) client.channel("chat:1").subscribe(listener);
    const socket = await connect();
    await subscribed(socket, { offset: 1 });
    await socket.say(range(0, 1, [started(1)]));
    expect(subscribes(socket)).toHaveLength(1);
    for (const listener of listeners) expect(listener).toHaveBeenCalledTimes(2);
  });

  it("sends nothing more when a component mounts, unmounts and mounts again", async () => {
    const { client, connect, clock } = setUp();
    client.reconnect();
    const socket = await connect();
    const channel = client.channel("chat:1");
    const unmount = channel.onSnapshot(() => {});
    unmount();
    channel.onSnapshot(() => {});
    await clock.advance(10_000);
    expect(socket.sent.map(({ type }) => type)).toEqual(["hello", "ping", "subscribe"]);
  });

  it("is one of the last 1000 that are kept, for whoever reads one after another", () => {
    const { client } = setUp();
    const first = client.channel("c:0");
    for (let number = 1; number < 1_000; number++) client.channel(`c:${number}`);
    expect(client.channel("c:0")).toBe(first);
    client.channel("c:1000");
    expect(client.channel("c:0")).not.toBe(first);
  });

  it("is the same object for the same name and options", () => {
    const { client } = setUp();
    expect(client.channel("chat:1")).toBe(client.channel("chat:1", {}));
    expect(client.channel("chat:1")).not.toBe(client.channel("chat:1", { runs: 5 }));
    for (const runs of [0, 1.5, 1_001, Number.NaN])
      expect(() => client.channel("chat:1", { runs })).toThrow(
        expect.objectContaining({ code: "invalid_options" }),
      );
    expect(() => client.channel("not a name")).toThrow(
      expect.objectContaining({ code: "invalid_channel" }),
    );
  });

  it("unsubscribes 5 s after the last one has left, and begins anew afterwards", async () => {
    const { stop, clock, socket, channel } = await follow();
    stop();
    stop();
    await clock.advance(4_999);
    expect(socket.sent.some(({ type }) => type === "unsubscribe")).toBe(false);
    await clock.advance(1);
    expect(socket.last("unsubscribe").channel).toBe("chat:1");
    expect(channel.snapshot()).toMatchObject({ isLoading: true });
    channel.subscribe(() => {});
    await settle();
    expect(socket.last("subscribe").from).toBe("start");
  });

  it("goes on as if nothing was when somebody comes back within 5 s", async () => {
    const { stop, clock, socket, channel } = await follow();
    stop();
    await clock.advance(4_000);
    const heard = vi.fn();
    channel.subscribe(heard);
    await clock.advance(20_000);
    expect(subscribes(socket)).toHaveLength(1);
    expect(heard.mock.calls).toEqual([[channel.snapshot().state, []]]);
  });

  it("[RW-SUB-10] keeps one snapshot until something changes", async () => {
    const { channel, socket } = await follow();
    const before = channel.snapshot();
    await socket.say(range(2, 3, []));
    expect(channel.snapshot()).toBe(before);
    await socket.say(range(3, 4, [said(4, "!")]));
    expect(channel.snapshot()).not.toBe(before);
  });

  it("widens from the last runs to all of them when somebody wants them", async () => {
    const { client, socket, channel } = await follow({ runs: 1 });
    expect(socket.last("subscribe").runs).toBe(1);
    client.channel("chat:1").subscribe(() => {});
    await settle();
    expect(socket.last("subscribe")).toMatchObject({ from: "start" });
    expect(socket.last("subscribe").runs).toBeUndefined();
    expect(textOf(channel.snapshot())).toBe("Hi");
    await subscribed(socket, { offset: 3 });
    await socket.say(range(0, 3, [started(1, "r0"), started(2), said(3, "Hello")]));
    expect(channel.snapshot().state.order).toEqual(["r0", "r1"]);
  });
});

describe("ranges", () => {
  it("[RW-SUB-11] drops what is known and applies what touches (SIO-5419, CF-AGENTS-1951)", async () => {
    const { socket, channel, heard } = await follow();
    await socket.say(range(0, 2, [started(1), said(2, "Hi")]));
    await socket.say(range(1, 2, [said(2, "Hi")]));
    expect(heard).not.toHaveBeenCalled();
    await socket.say(range(2, 3, [said(3, "!")]));
    expect(textOf(channel.snapshot())).toBe("Hi!");
  });

  it("[RW-SUB-12] applies nothing after a hole, says so, and asks again from its position", async () => {
    const { socket, channel, reports } = await follow();
    await socket.say(range(3, 4, [said(4, "lost")]));
    expect(textOf(channel.snapshot())).toBe("Hi");
    expect(reports).toMatchObject([{ code: "gap" }]);
    expect(socket.last("report").code).toBe("gap");
    expect(socket.last("subscribe").from).toEqual({ epoch: "e", offset: 2 });
    await socket.say(range(2, 3, [said(3, "from before the answer")]));
    await subscribed(socket, { offset: 4, from: 2 });
    await socket.say(range(2, 4, [said(3, "!"), said(4, "?")]));
    expect(textOf(channel.snapshot())).toBe("Hi!?");
  });

  it("does not cut a range that overlaps, for its events may be merged", async () => {
    const { socket } = await follow();
    await socket.say(range(1, 4, [said(2, "Hi!?")]));
    expect(subscribes(socket)).toHaveLength(2);
  });

  it("asks a server that sends nothing but holes once a second, not in a loop", async () => {
    const { socket, clock } = await follow();
    for (let turn = 0; turn < 50; turn++) {
      await socket.say(range(8, 9, []));
      await subscribed(socket, { offset: 9, from: 2 });
    }
    expect(subscribes(socket).length).toBeLessThanOrEqual(3);
    await clock.advance(1_000);
    expect(subscribes(socket).length).toBeLessThanOrEqual(4);
  });

  it("[RW-LIVE-6] finds what it missed by the heads of two pongs (OMNARA-421)", async () => {
    const { socket } = await follow();
    const pong = { type: "pong", at: 0, now: 0, heads: { "chat:1": 5, "other:1": 3 } };
    await socket.say(pong);
    expect(subscribes(socket)).toHaveLength(1);
    await socket.say(pong);
    expect(socket.last("subscribe").from).toEqual({ epoch: "e", offset: 2 });
  });

  it("does not ask again while it moves", async () => {
    const { socket } = await follow();
    await socket.say({ type: "pong", at: 0, now: 0, heads: { "chat:1": 5 } });
    await socket.say(range(2, 3, []));
    await socket.say({ type: "pong", at: 0, now: 0, heads: { "chat:1": 5 } });
    expect(subscribes(socket)).toHaveLength(1);
  });
});

describe("resuming", () => {
  it("goes on from the position, also when the server is another one (SIO-26, SIO-27)", async () => {
    const { socket, connect, clock, channel } = await follow();
    await socket.end();
    await clock.advance(1_000);
    const second = await connect();
    expect(second.last("subscribe")).toMatchObject({ from: { epoch: "e", offset: 2 } });
    await subscribed(second, { offset: 3, from: 2 });
    await second.say(range(2, 3, [completed(3)]));
    expect(channel.snapshot().state.runs.r1?.status).toBe("success");
  });

  it("begins from the start when nothing was received yet (SIO-CSR)", async () => {
    const { client, connect, clock } = setUp();
    client.channel("chat:1").subscribe(() => {});
    await (await connect()).end();
    await clock.advance(5_000);
    expect((await connect()).last("subscribe").from).toBe("start");
  });

  it.each(["epoch", "ahead", "trimmed"])(
    "[RW-SUB-18] throws its state away at a reset (%s)",
    async (reset) => {
      const { socket, channel, heard } = await follow();
      await socket.say({
        type: "subscribed",
        channel: "chat:1",
        epoch: "f",
        offset: 1,
        from: 0,
        reset,
      });
      expect(heard.mock.calls).toEqual([[channel.snapshot().state, []]]);
      expect(channel.snapshot().state.order).toEqual([]);
      await socket.say(range(0, 1, [started(1, "other")]));
      expect(channel.snapshot().state.order).toEqual(["other"]);
    },
  );

  it("[RW-SUB-22] begins again from the start when it was cut before it was level with the last runs", async () => {
    const { client, connect, clock } = setUp();
    client.channel("chat:1", { runs: 2 }).subscribe(() => {});
    const first = await connect();
    await subscribed(first, { offset: 9, olderRuns: true });
    await first.say(range(0, 5, [started(4)]));
    await first.end();
    await clock.advance(5_000);
    const second = await connect();
    expect(second.last("subscribe")).toMatchObject({ from: "start", runs: 2 });
    expect(client.channel("chat:1", { runs: 2 }).snapshot().isLoading).toBe(true);
  });

  it("goes on from its position with the last runs once it was level", async () => {
    const { socket, connect, clock } = await follow({ runs: 2 });
    await socket.end();
    await clock.advance(1_000);
    expect((await connect()).last("subscribe").from).toEqual({ epoch: "e", offset: 2 });
  });

  it("says that older runs were left out", async () => {
    const { client, connect } = setUp();
    const channel = client.channel("chat:1", { runs: 2 });
    channel.subscribe(() => {});
    await subscribed(await connect(), { offset: 0, olderRuns: true });
    expect(channel.snapshot()).toMatchObject({ isLoading: false, state: { olderRuns: true } });
  });
});

describe("between asking and the answer", () => {
  it("[RW-SUB-3] ignores what belongs to an earlier subscription", async () => {
    const { client, connect } = setUp();
    const channel = client.channel("chat:1");
    channel.subscribe(() => {});
    const socket = await connect();
    await socket.say(range(0, 1, [started(1, "stale")]));
    await socket.say({
      type: "subscribed",
      channel: "chat:1",
      epoch: "x",
      offset: 9,
      from: 5,
      reset: "epoch",
    });
    await socket.say({ type: "unsubscribed", channel: "chat:1", code: "forbidden" });
    await socket.say({
      type: "subscribed",
      id: "another",
      channel: "chat:1",
      epoch: "x",
      offset: 9,
      from: 5,
    });
    await subscribed(socket, { offset: 1 });
    await socket.say(range(0, 1, [started(1, "mine")]));
    expect(channel.snapshot()).toMatchObject({ isLoading: false, state: { order: ["mine"] } });
  });
});

describe("a channel that cannot be followed", () => {
  it("says why, and asks again when somebody new comes", async () => {
    const { client, connect, clock } = setUp();
    const channel = client.channel("chat:1");
    const changed = vi.fn();
    channel.onSnapshot(changed);
    const socket = await connect();
    await socket.say({
      type: "error",
      id: socket.last("subscribe").id,
      code: "forbidden",
      message: "no",
    });
    expect(channel.snapshot().error).toMatchObject({ code: "forbidden", message: "no" });
    expect(changed).toHaveBeenCalledTimes(1);
    await clock.advance(20_000);
    expect(subscribes(socket)).toHaveLength(1);
    channel.onSnapshot(() => {});
    await settle();
    expect(subscribes(socket)).toHaveLength(2);
    await subscribed(socket, { offset: 0 });
    expect(channel.snapshot().error).toBeUndefined();
  });

  it("asks again by itself where the store is away", async () => {
    const { client, connect, clock } = setUp();
    client.channel("chat:1").subscribe(() => {});
    const socket = await connect();
    const { id } = socket.last("subscribe");
    await socket.say({
      type: "error",
      id,
      code: "store_unavailable",
      message: "…",
      retryAfterMs: 300,
    });
    await clock.advance(300);
    expect(subscribes(socket)).toHaveLength(2);
    expect(client.channel("chat:1").snapshot().error).toBeUndefined();
  });

  it("tells when the server ends the subscription", async () => {
    const { socket, channel } = await follow();
    await socket.say({ type: "unsubscribed", channel: "chat:1", code: "forbidden" });
    expect(channel.snapshot().error).toMatchObject({ code: "forbidden" });
  });

  it("tells when the connection has ended for good", async () => {
    const { socket, channel } = await follow();
    await socket.end(4403);
    expect(channel.snapshot().error).toMatchObject({ code: "closed" });
  });

  it("tells so whoever comes after that, until there is a connection again", async () => {
    const { client, socket, connect, stop } = await follow();
    await socket.end(4403);
    stop();
    const later = client.channel("chat:2");
    later.subscribe(() => {});
    expect(later.snapshot().error).toMatchObject({ code: "closed" });
    client.reconnect();
    const next = await connect();
    await subscribed(next, { offset: 0 });
    expect(later.snapshot()).toMatchObject({ isLoading: false });
    expect(later.snapshot().error).toBeUndefined();
  });
});

describe("what reaches the application", () => {
  it("is decoded, also in events of merged frames; a Date is a Date", async () => {
    const { client, connect } = setUp();
    const channel = client.channel("chat:1");
    channel.subscribe(() => {});
    const socket = await connect();
    await subscribed(socket, { offset: 1 });
    await socket.say(
      range(0, 1, [started(1, "r1", { input: { at: { $date: "1970-01-01T00:00:00.000Z" } } })]),
    );
    expect(channel.snapshot().state.runs.r1?.input).toEqual({ at: new Date(0) });
  });

  it("stays JSON with decodeValues: false", async () => {
    const { client, connect } = setUp({ decodeValues: false });
    const channel = client.channel("chat:1");
    channel.subscribe(() => {});
    const socket = await connect();
    await subscribed(socket, { offset: 1 });
    await socket.say(range(0, 1, [started(1, "r1", { input: { $bigint: "1" } })]));
    expect(channel.snapshot().state.runs.r1?.input).toEqual({ $bigint: "1" });
  });

  it("[RW-EVT-2] holds events of a type that this version does not know, as they are", async () => {
    const { socket, heard } = await follow();
    const event = {
      type: "agent_dreaming",
      runId: "r1",
      time: 1,
      offset: 3,
      input: { $date: null },
    };
    await socket.say(range(2, 3, [event]));
    expect(heard.mock.calls[0]?.[1]).toEqual([event]);
  });

  it("reaches the others when one listener throws, and the position advances", async () => {
    const { socket, channel, heard, reports } = await follow();
    channel.subscribe(() => {
      throw new Error("broken");
    });
    await settle();
    await socket.say(range(2, 3, [said(3, "!")]));
    await socket.say(range(3, 4, [said(4, "!")]));
    expect(heard).toHaveBeenCalledTimes(2);
    expect(reports.every(({ code }) => code === "listener_failed")).toBe(true);
    expect(textOf(channel.snapshot())).toBe("Hi!!");
  });

  it.each([
    "not JSON",
    "[]",
    "null",
    '{"type":{}}',
    '{"type":"__proto__"}',
    '{"type":"events","channel":"chat:1","after":-1,"offset":3,"events":[]}',
    '{"type":"events","channel":"chat:1","after":2,"offset":3,"events":[null]}',
    '{"type":"pong"}',
    '{"type":"welcome"}',
  ])("is not disturbed by %s", async (text) => {
    const { client, socket, channel } = await follow();
    await socket.say(text);
    await socket.say(range(2, 3, [said(3, "!")]));
    expect([client.status, textOf(channel.snapshot())]).toEqual(["connected", "Hi!"]);
  });

  it("is told to the server when it was malformed, ten times a minute at most", async () => {
    const { socket, reports, clock } = await follow();
    for (let turn = 0; turn < 30; turn++) await socket.say("not JSON");
    expect(reports).toHaveLength(30);
    expect(socket.sent.filter(({ type }) => type === "report")).toHaveLength(10);
    await clock.advance(60_000);
    await socket.say("not JSON");
    expect(socket.sent.filter(({ type }) => type === "report").length).toBeLessThanOrEqual(11);
  });

  it("survives events whose fields are not what they should be", async () => {
    const { socket, channel } = await follow();
    await socket.say(range(2, 3, [{ type: "agent_started", runId: "r2", time: 1, offset: 3 }]));
    await socket.say(range(3, 4, [said(4, "!")]));
    expect(textOf(channel.snapshot())).toBe("Hi!");
  });
});
