import { settle } from "@runwire/testing";
import { describe, expect, it } from "vitest";
import type { RunwireClient } from "../../src/index.js";
import { setUp } from "../support/set-up.js";

const page = { channel: "c", epoch: "e", after: 0, offset: 0, head: 0, events: [] };

/** How a server answers what is asked here, but for the id. */
const answers: Readonly<Record<string, object>> = {
  fetch: { type: "fetched", ...page },
  list: { type: "listed", channel: "c", epoch: "e", runs: [], more: false },
  command: { type: "commanded", result: "done" },
};

describe("requests", () => {
  it("[RW-CMD-9] wait for the connection, and are sent again under the same id after it was cut", async () => {
    const { client, connect, clock } = setUp();
    const result = client.channel("chat:1").command("r1", "approve", { toolCallId: "t1" });
    const first = await connect();
    const { id, ...command } = first.last("command");
    expect(command).toEqual({
      type: "command",
      channel: "chat:1",
      runId: "r1",
      name: "approve",
      data: { toolCallId: "t1" },
    });
    expect(id).toMatch(/^\d+(-\d+){3}$/);
    await first.end();
    await clock.advance(5_000);
    const second = await connect();
    expect(second.last("command").id).toBe(id);
    await second.say({
      type: "commanded",
      id,
      result: { at: { $date: "1970-01-01T00:00:00.000Z" } },
    });
    expect(await result).toEqual({ at: new Date(0) });
  });

  it("reject with what the server says, the handler's own code in reason", async () => {
    const { client, connect } = setUp();
    const result = client.channel("chat:1").command("r1", "cancel");
    result.catch(() => {});
    const socket = await connect();
    const { id } = socket.last("command");
    await socket.say({
      type: "error",
      id,
      code: "handler_failed",
      message: "no",
      reason: "too_late",
    });
    await expect(result).rejects.toMatchObject({
      code: "handler_failed",
      reason: "too_late",
      message: "no",
    });
  });

  it("refuse what is not JSON, for there is no encoder here", async () => {
    const { client } = setUp();
    await expect(client.channel("chat:1").command("r1", "x", { n: 1n })).rejects.toMatchObject({
      code: "bad_message",
    });
  });

  it("refuse the 101st that waits for a connection, and say so", async () => {
    const { client } = setUp();
    const channel = client.channel("chat:1");
    for (let count = 0; count < 100; count++) channel.runs().catch(() => {});
    await expect(channel.runs()).rejects.toMatchObject({ code: "queue_full" });
  });

  it("never refuse the events of a run: its writer waits", async () => {
    const { client, connect } = setUp();
    const channel = client.channel("chat:1");
    for (let count = 0; count < 100; count++) channel.runs().catch(() => {});
    const published = client.publish({
      channel: "chat:1",
      writer: "w",
      id: "1",
      events: ['{"a":1}'],
    });
    const socket = await connect();
    await socket.say({ type: "published", id: "1", epoch: "e", offset: 7 });
    expect(await published).toEqual({ epoch: "e", offset: 7 });
  });

  it("are asked again after store_unavailable, a few times", async () => {
    const { client, connect, clock } = setUp();
    const result = client.channel("chat:1").runs();
    result.catch(() => {});
    const socket = await connect();
    for (let turn = 0; turn < 6; turn++) {
      const { id } = socket.last("list");
      const error = { type: "error", code: "store_unavailable", message: "…", retryAfterMs: 500 };
      await socket.say({ ...error, id });
      await clock.advance(500);
    }
    await expect(result).rejects.toMatchObject({ code: "store_unavailable", retryAfterMs: 500 });
    expect(socket.sent.filter(({ type }) => type === "list")).toHaveLength(6);
  });

  it("go one by one once the server has found them too many, at its pace", async () => {
    const { client, connect, clock } = setUp();
    const channel = client.channel("chat:1");
    const refused = [channel.runs(), channel.runs()];
    const socket = await connect();
    const lists = () => socket.sent.filter(({ type }) => type === "list").map(({ id }) => id);
    const [one, two] = lists();
    const error = { type: "error", code: "rate_limited", message: "slow down", retryAfterMs: 50 };
    await socket.say({ ...error, id: one });
    await socket.say({ ...error, id: two });
    const others = [channel.runs(), channel.runs()];
    for (const each of [...refused, ...others]) each.catch(() => {});
    await clock.advance(49);
    expect(lists()).toHaveLength(2);
    for (const sent of [3, 4, 5, 6, 6]) {
      await clock.advance(50);
      expect(lists()).toHaveLength(sent);
    }
    expect(lists().slice(2, 4)).toEqual([one, two]);
    void channel.runs().catch(() => {});
    await settle();
    expect(lists()).toHaveLength(7);
  });

  it("that are larger than the server takes are refused here, for it would end the connection", async () => {
    const { client, connect } = setUp();
    client.reconnect();
    await connect({ maxMessageBytes: 1_000 });
    const result = client.channel("chat:1").command("r1", "message", "ä".repeat(600));
    await expect(result).rejects.toMatchObject({ code: "message_too_big" });
    expect(client.status).toBe("connected");
  });

  it("are not disturbed by an answer of another type", async () => {
    const { client, connect } = setUp();
    const result = client.channel("chat:1").runs();
    const socket = await connect();
    const { id } = socket.last("list");
    await socket.say({ type: "commanded", id });
    await socket.say({ type: "listed", id, channel: "chat:1", epoch: "e", runs: [], more: false });
    expect(await result).toEqual({ runs: [], more: false });
  });
});

const tooFast = { type: "error", code: "rate_limited", message: "slow down", retryAfterMs: 500 };

describe("requests that the server finds too many", () => {
  it.each<[string, string, (client: RunwireClient, signal: AbortSignal) => Promise<unknown>]>([
    ["client.fetch", "fetch", (client, signal) => client.fetch({ channel: "c", after: 0, signal })],
    ["runs()", "list", (client, signal) => client.channel("c").runs({ signal })],
    ["command()", "command", (client) => client.channel("c").command("r1", "cancel")],
  ])("wait for their turn: %s, as often as it is told so", async (_what, type, ask) => {
    const { client, connect, clock } = setUp();
    const result = ask(client, new AbortController().signal);
    const socket = await connect();
    for (let turn = 1; turn <= 40; turn++) {
      expect(socket.sent.filter((each) => each.type === type)).toHaveLength(turn);
      await socket.say({ ...tooFast, id: socket.last(type).id });
      await clock.advance(499);
      expect(socket.sent.filter((each) => each.type === type)).toHaveLength(turn);
      await clock.advance(1);
    }
    await socket.say({ ...answers[type], id: socket.last(type).id });
    await expect(result).resolves.toBeDefined();
  });

  it("reject with rate_limited when their signal ends the waiting, and are not sent again", async () => {
    const { client, connect, clock } = setUp();
    const ended = new AbortController();
    const result = client.fetch({ channel: "c", after: 0, signal: ended.signal });
    const socket = await connect();
    await socket.say({ ...tooFast, id: socket.last("fetch").id });
    ended.abort();
    await expect(result).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 500 });
    await clock.advance(10_000);
    expect(socket.sent.filter(({ type }) => type === "fetch")).toHaveLength(1);
  });

  it("reject with the reason of their signal while they wait for something else", async () => {
    const { client, connect } = setUp();
    const ended = new AbortController();
    const list = () => client.channel("c").runs({ signal: ended.signal });
    const unanswered = list();
    const socket = await connect();
    await socket.end();
    const unsent = list();
    const reason = new Error("nobody looks any more");
    ended.abort(reason);
    for (const result of [unanswered, unsent, list()]) await expect(result).rejects.toBe(reason);
    client.reconnect();
    const next = await connect();
    expect(next.sent.map(({ type }) => type)).toEqual(["hello", "ping"]);
  });

  it("let a command wait for 30 s, and reject it with rate_limited after that", async () => {
    const { client, connect, clock } = setUp();
    const result = client.channel("c").command("r1", "cancel");
    result.catch(() => {});
    const socket = await connect();
    const refuse = () => socket.say({ ...tooFast, id: socket.last("command").id });
    for (let turn = 0; turn < 60; turn++) {
      await refuse();
      await clock.advance(500);
    }
    expect(socket.sent.filter(({ type }) => type === "command")).toHaveLength(61);
    await refuse();
    await clock.advance(500);
    await expect(result).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 500 });
    expect(socket.sent.filter(({ type }) => type === "command")).toHaveLength(61);
  });

  it("let a command go before what has been waiting to be read", async () => {
    const { client, connect, clock } = setUp();
    const channel = client.channel("c");
    const reads = [channel.runs(), channel.runs()];
    const socket = await connect();
    for (const { id } of socket.sent.filter(({ type }) => type === "list"))
      await socket.say({ ...tooFast, id });
    const command = channel.command("r1", "cancel");
    for (const each of [...reads, command]) each.catch(() => {});
    await clock.advance(500);
    expect(socket.sent.at(-1)?.type).toBe("command");
    await clock.advance(500);
    expect(socket.sent.at(-1)?.type).toBe("list");
  });

  it("hold back neither what runs write nor what is not theirs", async () => {
    const { client, connect } = setUp();
    client.fetch({ channel: "c", after: 0 }).catch(() => {});
    const socket = await connect();
    await socket.say({ ...tooFast, id: socket.last("fetch").id });
    void client.publish({ channel: "c", writer: "w", id: "1", events: ["{}"] }).catch(() => {});
    await settle();
    expect(socket.sent.at(-1)?.type).toBe("publish");
  });

  it("are not held back because a publish was", async () => {
    const { client, connect } = setUp();
    const published = client.publish({ channel: "c", writer: "w", id: "1", events: ["{}"] });
    published.catch(() => {});
    const socket = await connect();
    await socket.say({ ...tooFast, id: "1" });
    await expect(published).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 500 });
    client.fetch({ channel: "c", after: 0 }).catch(() => {});
    await settle();
    expect(socket.sent.at(-1)?.type).toBe("fetch");
  });
});

describe("unansweredLimit", () => {
  it.each([
    ["below it all are sent", 2, 2],
    ["at it all are sent", 3, 3],
    ["above it one waits for an answer", 4, 3],
  ])("bounds what is sent and unanswered: %s", async (_what, asked, sent) => {
    const { client, connect } = setUp({ unansweredLimit: 3 });
    client.reconnect();
    const socket = await connect();
    const lists = () => socket.sent.filter(({ type }) => type === "list");
    for (let count = 0; count < asked; count++)
      client
        .channel("c")
        .runs()
        .catch(() => {});
    await settle();
    expect(lists()).toHaveLength(sent);
    await socket.say({ ...answers.list, id: lists()[0]?.id });
    expect(lists()).toHaveLength(asked);
  });

  it("is 100, and more than that may wait on a connection", async () => {
    const { client, connect } = setUp();
    client.reconnect();
    const socket = await connect();
    const results = Array.from({ length: 300 }, () => client.channel("c").runs());
    const lists = () => socket.sent.filter(({ type }) => type === "list");
    await settle();
    expect(lists()).toHaveLength(100);
    for (let count = 0; count < 300; count++)
      await socket.say({ ...answers.list, id: lists()[count]?.id });
    expect(await Promise.all(results)).toHaveLength(300);
  });

  it("is one at least", async () => {
    const { client, connect } = setUp({ unansweredLimit: 0 });
    const results = [client.channel("c").runs(), client.channel("c").runs()];
    const socket = await connect();
    const lists = () => socket.sent.filter(({ type }) => type === "list");
    expect(lists()).toHaveLength(1);
    for (const count of [0, 1]) await socket.say({ ...answers.list, id: lists()[count]?.id });
    expect(await Promise.all(results)).toHaveLength(2);
  });

  it("holds after a cut as well, and counts none of the lost connection", async () => {
    const { client, connect, clock } = setUp({ unansweredLimit: 2 });
    client.reconnect();
    const first = await connect();
    for (let count = 0; count < 5; count++)
      client
        .channel("c")
        .runs()
        .catch(() => {});
    await first.end();
    await clock.advance(5_000);
    const second = await connect();
    expect(second.sent.filter(({ type }) => type === "list")).toHaveLength(2);
  });

  it("does not count what runs write", async () => {
    const { client, connect } = setUp({ unansweredLimit: 1 });
    for (const id of ["1", "2", "3"])
      void client.publish({ channel: "c", writer: "w", id, events: ["{}"] }).catch(() => {});
    client
      .channel("c")
      .runs()
      .catch(() => {});
    const socket = await connect();
    expect(socket.sent.filter(({ type }) => type === "publish")).toHaveLength(3);
    expect(socket.last("list")).toBeDefined();
  });
});

describe("publishing", () => {
  it("puts the events' own text into the message", async () => {
    const { client, connect } = setUp();
    const events = [
      '{"type":"custom","name":"n","time":1,"data":{"$date":null}}',
      '{"x":"\\u0000"}',
    ];
    void client.publish({ channel: "chat:1", writer: 'w"1', id: "1", events });
    const socket = await connect();
    expect(socket.last("publish")).toEqual({
      type: "publish",
      id: "1",
      writer: 'w"1',
      channel: "chat:1",
      events: events.map((event) => JSON.parse(event)),
    });
  });

  it("hands what the server says to the writer, who sends the same again", async () => {
    const { client, connect } = setUp();
    const request = { channel: "chat:1", writer: "w", id: "1", events: ["{}"] };
    const refused = client.publish(request);
    refused.catch(() => {});
    const socket = await connect();
    await socket.say({ type: "error", id: "1", code: "invalid_event", message: "…", index: 0 });
    await expect(refused).rejects.toMatchObject({ code: "invalid_event", index: 0 });
  });

  it("keeps two writers apart that count alike", async () => {
    const { client, connect } = setUp();
    const one = client.publish({ channel: "a", writer: "w1", id: "1", events: ["{}"] });
    const two = client.publish({ channel: "b", writer: "w2", id: "1", events: ["{}"] });
    const socket = await connect();
    expect(socket.sent.filter(({ type }) => type === "publish")).toHaveLength(1);
    await socket.say({ type: "published", id: "1", epoch: "a", offset: 1 });
    expect(socket.last("publish").channel).toBe("b");
    await socket.say({ type: "published", id: "1", epoch: "b", offset: 2 });
    expect(await Promise.all([one, two])).toEqual([
      { epoch: "a", offset: 1 },
      { epoch: "b", offset: 2 },
    ]);
  });

  it("tells how much the server takes, and its defaults before it is known", async () => {
    const { client, connect } = setUp();
    expect(client.maxEventBytes).toBe(262_144);
    client.reconnect();
    await connect({ maxEventBytes: 1_000, maxMessageBytes: 10_000 });
    expect(client.maxEventBytes).toBe(1_000);
    expect(client.maxPublishBytes).toBeLessThan(10_000);
    expect(client.maxPublishBytes).toBeGreaterThan(1_000);
  });

  it("[RW-PUB-17] sends unanswered publishes first on a new connection, then renewals, then the rest", async () => {
    const { client, connect, clock } = setUp();
    client.channel("chat:1").subscribe(() => {});
    client
      .channel("chat:1")
      .runs()
      .catch(() => {});
    void client.attachRun({ channel: "chat:1", runId: "r1", writer: "w" }, silent);
    void client.publish({ channel: "chat:1", writer: "w", id: "1", events: ["{}"] });
    const first = await connect();
    await first.end();
    await clock.advance(5_000);
    const second = await connect();
    await settle();
    expect(second.sent.map(({ type }) => type)).toEqual([
      "hello",
      "ping",
      "publish",
      "renew",
      "subscribe",
      "list",
    ]);
  });
});

const silent = { onCommand: async () => undefined, onLost: () => {} };
