import { settle } from "@runwire/testing";
import { describe, expect, it } from "vitest";
import type { ChannelEvent, EventsOptions } from "../../src/index.js";
import type { LinkedSocket } from "../support/linked-socket.js";
import { completed, range, said, setUp, started, subscribed, textOf } from "../support/set-up.js";

/** Reads with `events()` into a list, and says how it ended. */
async function read(options: EventsOptions = {}) {
  const parts = setUp();
  const got: number[] = [];
  let end: unknown = "reading";
  const events = parts.client.channel("chat:1").events(options);
  void (async () => {
    for await (const event of events) got.push(event.offset);
  })().then(
    () => (end = "done"),
    (error) => (end = error.code),
  );
  const socket = await parts.connect();
  return {
    ...parts,
    got,
    socket,
    end: () => end,
    page: (fields: object) => answerPage(socket, fields),
  };
}

async function answerPage(socket: LinkedSocket, fields: object): Promise<void> {
  const { id, channel, after } = socket.last("fetch");
  await socket.say({
    type: "fetched",
    id,
    channel,
    after,
    epoch: "e",
    head: 0,
    events: [],
    ...fields,
  });
}

describe("events()", () => {
  it("reads page by page, then waits for the log to grow", async () => {
    const { socket, got, page } = await read();
    expect(socket.last("subscribe").from).toBe("now");
    await subscribed(socket, { offset: 3, from: 3 });
    await page({ offset: 2, head: 3, events: [started(1), said(2, "a")] });
    expect(socket.last("fetch").after).toBe(2);
    await page({ offset: 3, head: 3, events: [said(3, "b")] });
    expect(got).toEqual([1, 2, 3]);
    const asked = socket.sent.filter(({ type }) => type === "fetch").length;
    await socket.say(range(3, 5, [said(4, "merged, and not handed out")]));
    expect(socket.sent.filter(({ type }) => type === "fetch")).toHaveLength(asked + 1);
    await page({ offset: 5, head: 5, events: [said(4, "c"), said(5, "d")] });
    expect(got).toEqual([1, 2, 3, 4, 5]);
  });

  it("asks for the next page only when this one was taken", async () => {
    const { client, connect } = setUp();
    const iterator = client.channel("chat:1").events()[Symbol.asyncIterator]();
    const first = iterator.next();
    const socket = await connect();
    await answerPage(socket, { offset: 2, head: 9, events: [started(1), said(2, "a")] });
    expect((await first).value).toMatchObject({ offset: 1 });
    await iterator.next();
    await settle();
    expect(socket.sent.filter(({ type }) => type === "fetch")).toHaveLength(1);
    await iterator.return?.();
  });

  it("begins at the head with from: now, and at a position", async () => {
    const now = await read({ from: "now" });
    await now.page({ offset: 9, head: 4 });
    expect(now.socket.last("fetch").after).toBe(4);
    const later = await read({ from: { epoch: "e", offset: 2 } });
    expect(later.socket.last("fetch").after).toBe(2);
  });

  it.each([
    ["the log is another one", { epoch: "f", offset: 3, head: 3 }],
    ["the log is shorter", { offset: 2, head: 1 }],
    ["something after it is gone", { offset: 3, head: 3, trimmed: true }],
  ])("ends with reset when %s, never with a hole", async (_, fields) => {
    const { page, end } = await read({ from: { epoch: "e", offset: 2 } });
    await page(fields);
    expect(end()).toBe("reset");
  });

  it("gives what is kept of a trimmed log from the start", async () => {
    const { page, got, end } = await read();
    await page({ offset: 5, head: 5, events: [started(5)], trimmed: true });
    expect([got, end()]).toEqual([[5], "reading"]);
  });

  it("goes on below the floor from the start, where only some events are kept", async () => {
    const { page, got, end } = await read();
    const kept = { type: "custom", name: "todo", key: "1", time: 2, offset: 2 };
    await page({ offset: 2, head: 5, events: [kept], trimmed: true });
    await page({ offset: 5, head: 5, events: [started(5)], trimmed: true });
    expect([got, end()]).toEqual([[2, 5], "reading"]);
  });

  it("ends with reset from the start, when something of the kept log goes while it is read", async () => {
    const { page, got, end } = await read();
    await page({ offset: 2, head: 9, events: [started(2)], trimmed: true });
    // Of runs nothing is kept below the floor: so it was 2, and is beyond that now.
    await page({ offset: 9, head: 9, events: [started(9, "r2")], trimmed: true });
    expect([got, end()]).toEqual([[2], "reset"]);
  });

  it("ends with reset from the start too, when something goes after it was reached", async () => {
    const { socket, page, got, end } = await read();
    await subscribed(socket, { offset: 1, from: 1 });
    await page({ offset: 1, head: 1, events: [started(1)] });
    await socket.say(range(1, 3, [said(3, "b")]));
    await page({ offset: 3, head: 3, events: [said(3, "b")], trimmed: true });
    expect([got, end()]).toEqual([[1], "reset"]);
  });

  it("goes on over a cut", async () => {
    const { socket, page, got, connect, clock } = await read();
    await subscribed(socket, { offset: 1, from: 1 });
    await page({ offset: 1, head: 1, events: [started(1)] });
    await socket.end();
    await clock.advance(5_000);
    const second = await connect();
    expect(second.last("subscribe").from).toEqual({ epoch: "e", offset: 1 });
    await subscribed(second, { offset: 2, from: 1 });
    await answerPage(second, { offset: 2, head: 2, events: [said(2, "a")] });
    expect(got).toEqual([1, 2]);
  });

  it("ends quietly at its signal, while it waits and before it began", async () => {
    const controller = new AbortController();
    const { socket, page, end, clock } = await read({ signal: controller.signal });
    await subscribed(socket, { offset: 0 });
    await page({ offset: 0, head: 0 });
    controller.abort();
    await settle();
    expect(end()).toBe("done");
    await clock.advance(5_000);
    expect(socket.last("unsubscribe").channel).toBe("chat:1");
    const aborted = setUp().client.channel("chat:1").events({ signal: AbortSignal.abort() });
    expect(await aborted[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
  });

  it("leaves nothing behind that waits for a connection, once its signal has ended it", async () => {
    const { client } = setUp({ queueLimit: 1 });
    const controller = new AbortController();
    const reading = client.channel("chat:1").events({ signal: controller.signal });
    const next = reading[Symbol.asyncIterator]().next();
    await settle();
    await expect(client.channel("chat:1").runs()).rejects.toMatchObject({ code: "queue_full" });
    controller.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    const result = client.channel("chat:1").runs();
    void client.close();
    await expect(result).rejects.toMatchObject({ code: "closed" });
  });

  it("ends with what the server says", async () => {
    const { socket, end } = await read();
    await socket.say({
      type: "error",
      id: socket.last("fetch").id,
      code: "forbidden",
      message: "no",
    });
    expect(end()).toBe("forbidden");
  });

  it("ends with what is said of its subscription, once all is read, and does not ask in a loop", async () => {
    const { socket, page, got, end } = await read();
    const refusal = { type: "error", code: "too_many_subscriptions", message: "no more" };
    await socket.say({ ...refusal, id: socket.last("subscribe").id });
    await page({ offset: 1, head: 2, events: [started(1)] });
    await page({ offset: 2, head: 2, events: [said(2, "a")] });
    await settle();
    expect([got, end()]).toEqual([[1, 2], "too_many_subscriptions"]);
    expect(socket.sent.filter(({ type }) => type === "fetch")).toHaveLength(2);
  });

  it("waits for the answer where the channel was refused to somebody before", async () => {
    const { client, connect } = setUp();
    const channel = client.channel("chat:1");
    channel.subscribe(() => {});
    const socket = await connect();
    const refusal = { type: "error", code: "too_many_subscriptions", message: "no more" };
    await socket.say({ ...refusal, id: socket.last("subscribe").id });
    const next = channel.events()[Symbol.asyncIterator]().next();
    await settle();
    await answerPage(socket, { offset: 0, head: 0 });
    expect(socket.sent.filter(({ type }) => type === "fetch")).toHaveLength(1);
    await subscribed(socket, { offset: 1 });
    await answerPage(socket, { offset: 1, head: 1, events: [started(1)] });
    expect((await next).value?.offset).toBe(1);
  });

  it("hands out values decoded", async () => {
    const { client, connect } = setUp();
    const first = client.channel("chat:1").events()[Symbol.asyncIterator]().next();
    const socket = await connect();
    await answerPage(socket, {
      offset: 1,
      head: 1,
      events: [started(1, "r1", { input: { $bigint: "7" } })],
    });
    expect((await first).value).toMatchObject({ input: 7n });
  });

  it("leaves a subscription of the same channel as it is", async () => {
    const { client, connect } = setUp();
    const channel = client.channel("chat:1");
    const events: ChannelEvent[] = [];
    channel.subscribe((_, fresh) => events.push(...fresh));
    const iterator = channel.events()[Symbol.asyncIterator]();
    const first = iterator.next();
    const socket = await connect();
    expect(socket.sent.filter(({ type }) => type === "subscribe")).toHaveLength(1);
    expect(socket.last("subscribe").from).toBe("start");
    await subscribed(socket, { offset: 1 });
    await socket.say(range(0, 1, [started(1)]));
    await answerPage(socket, { offset: 1, head: 1, events: [started(1)] });
    expect([events.length, (await first).value?.offset]).toEqual([1, 1]);
  });
});

const summary = (runId: string, first: number, last: number, fields: object = {}) => ({
  runId,
  agent: { name: "tester" },
  status: "success",
  startedAt: first,
  completedAt: last,
  first,
  last,
  ...fields,
});

const goesOn = { status: "running", completedAt: undefined };

describe("loadOlder()", () => {
  async function followLatest() {
    const parts = setUp();
    const channel = parts.client.channel("chat:1", { runs: 1 });
    channel.subscribe(() => {});
    const socket = await parts.connect();
    await subscribed(socket, { offset: 9, olderRuns: true });
    await socket.say(range(0, 9, [started(7, "r3"), said(8, "c", "r3"), completed(9, "r3")]));
    const listed = (runs: readonly object[], more: boolean, epoch = "e") =>
      socket.say({
        type: "listed",
        id: socket.last("list").id,
        channel: "chat:1",
        epoch,
        runs,
        more,
      });
    return { ...parts, channel, socket, listed };
  }

  it("puts older runs before the others, with their sub-agents and the channel's own events", async () => {
    const { channel, socket, listed } = await followLatest();
    const loaded = channel.loadOlder({ limit: 2 });
    await settle();
    expect(socket.last("list")).toMatchObject({ limit: 2 });
    await listed(
      [summary("r3", 7, 9), summary("r2", 2, 6), summary("r2b", 4, 5, { parentRunId: "r2" })],
      true,
    );
    expect(socket.last("fetch").after).toBe(1);
    await answerPage(socket, {
      offset: 9,
      head: 9,
      events: [
        started(2, "r2"),
        { type: "custom", name: "note", time: 3, offset: 3, data: 1 },
        started(4, "r2b", { parentRunId: "r2" }),
        completed(5, "r2b"),
        completed(6, "r2"),
        started(7, "r3"),
      ],
    });
    expect(await loaded).toBe(true);
    const { state } = channel.snapshot();
    expect(state.order).toEqual(["r2", "r2b", "r3"]);
    expect(state.custom.map(({ name }) => name)).toEqual(["note"]);
    expect(state.olderRuns).toBe(true);
    expect(state.runs.r3?.status).toBe("success");
  });

  it("leaves records that hold nothing but their own, whatever a run is called", async () => {
    const { channel, socket, listed } = await followLatest();
    const loaded = channel.loadOlder();
    await settle();
    await listed([summary("__proto__", 1, 3)], false);
    const older = [started(1, "__proto__"), completed(3, "__proto__")];
    await answerPage(socket, { offset: 9, head: 9, events: older });
    await loaded;
    const { runs, order, keyed } = channel.snapshot().state;
    expect(order).toEqual(["__proto__", "r3"]);
    expect(Object.entries(runs).map(([runId, run]) => [runId, run.status])).toEqual([
      ["__proto__", "success"],
      ["r3", "success"],
    ]);
    expect([runs.constructor, keyed.constructor]).toEqual([undefined, undefined]);
  });

  it("takes of a run that goes on what the state has come to, for the rest comes by itself", async () => {
    const { channel, socket, listed } = await followLatest();
    const loaded = channel.loadOlder();
    await settle();
    await listed([summary("r2", 4, 6, goesOn)], true);
    const events = [started(4, "r2"), said(6, "a", "r2"), said(10, "b", "r2")];
    await answerPage(socket, { offset: 10, head: 10, events });
    await loaded;
    expect(textOf(channel.snapshot(), "r2")).toBe("a");
    await socket.say(range(9, 10, [said(10, "b", "r2")]));
    expect(textOf(channel.snapshot(), "r2")).toBe("ab");
  });

  it("reads on where a run that goes on has come further while it was read", async () => {
    const { channel, socket, listed } = await followLatest();
    const loaded = channel.loadOlder();
    await settle();
    await listed([summary("r2", 4, 6, goesOn)], true);
    // The state does not know the run yet.
    await socket.say(range(9, 10, [said(10, "b", "r2")]));
    const events = [started(4, "r2"), said(6, "a", "r2")];
    await answerPage(socket, { offset: 9, head: 9, events });
    expect(socket.last("fetch").after).toBe(9);
    await answerPage(socket, { offset: 10, head: 10, events: [said(10, "b", "r2")] });
    expect(await loaded).toBe(true);
    expect(textOf(channel.snapshot(), "r2")).toBe("ab");
  });

  it("takes a sub-agent that was started while its run was read", async () => {
    const { channel, socket, listed } = await followLatest();
    const loaded = channel.loadOlder();
    await settle();
    await listed([summary("r2", 4, 6, goesOn)], true);
    const child = started(10, "r2b", { parentRunId: "r2" });
    await socket.say(range(9, 10, [child]));
    await answerPage(socket, { offset: 10, head: 10, events: [started(4, "r2"), child] });
    await loaded;
    await socket.say(range(10, 11, [said(11, "b", "r2b")]));
    expect(channel.snapshot().state.order).toEqual(["r2", "r3", "r2b"]);
    expect(textOf(channel.snapshot(), "r2b")).toBe("b");
  });

  it("ends with false where the last run that it listed is trimmed since", async () => {
    const { channel, socket, listed } = await followLatest();
    const first = channel.loadOlder();
    await settle();
    await listed([summary("r2", 4, 6)], true);
    await answerPage(socket, {
      offset: 9,
      head: 9,
      events: [started(4, "r2"), completed(6, "r2")],
    });
    await first;
    const second = channel.loadOlder();
    await settle();
    const { id } = socket.last("list");
    await socket.say({ type: "error", id, code: "run_not_found", message: "…" });
    expect(await second).toBe(false);
    expect(channel.snapshot().state).toMatchObject({ order: ["r2", "r3"], olderRuns: false });
  });

  it("goes on where the last call stopped, and ends with false", async () => {
    const { channel, socket, listed } = await followLatest();
    const first = channel.loadOlder({ limit: 2 });
    await settle();
    await listed([summary("r3", 7, 9), summary("r2", 4, 6)], true);
    await answerPage(socket, {
      offset: 6,
      head: 9,
      events: [started(4, "r2"), completed(6, "r2")],
    });
    await first;
    const second = channel.loadOlder();
    await settle();
    expect(socket.last("list").before).toBe("r2");
    await listed([summary("r1", 1, 3)], false);
    await answerPage(socket, {
      offset: 3,
      head: 9,
      events: [started(1, "r1"), completed(3, "r1")],
    });
    expect(await second).toBe(true);
    expect(channel.snapshot().state).toMatchObject({ order: ["r1", "r2", "r3"], olderRuns: false });
    const third = channel.loadOlder();
    await settle();
    await listed([], false);
    expect(await third).toBe(false);
  });

  it("waits for the state to be level, and takes nothing for older that is on its way", async () => {
    const { client, connect } = setUp();
    const channel = client.channel("chat:1", { runs: 1 });
    channel.subscribe(() => {});
    const socket = await connect();
    await subscribed(socket, { offset: 4, olderRuns: true });
    const loaded = channel.loadOlder();
    await settle();
    expect(socket.sent.filter(({ type }) => type === "list")).toEqual([]);
    await socket.say(range(0, 4, [started(3, "r2"), said(4, "once", "r2")]));
    const { id } = socket.last("list");
    const runs = [summary("r3", 5, 6), summary("r2", 3, 4), summary("r1", 1, 2)];
    await socket.say({ type: "listed", id, channel: "chat:1", epoch: "e", runs, more: false });
    const live = [started(5, "r3"), said(6, "once", "r3")];
    const older = [started(1, "r1"), completed(2, "r1")];
    await answerPage(socket, { offset: 6, head: 6, events: [...older, ...live] });
    await socket.say(range(4, 6, live));
    expect(await loaded).toBe(true);
    const { order, runs: shown } = channel.snapshot().state;
    expect(order).toEqual(["r1", "r2", "r3"]);
    expect(shown.r3?.parts).toMatchObject([{ text: "once" }]);
  });

  it("adds nothing twice when two channels with different options load at once", async () => {
    const { client, channel, socket } = await followLatest();
    const other = client.channel("chat:1", { runs: 2 });
    const both = [channel.loadOlder(), other.loadOlder()];
    await settle();
    const older = [
      started(1, "r2"),
      { type: "custom", name: "note", time: 2, offset: 2, data: 1 },
      completed(3, "r2"),
    ];
    const runs = [summary("r3", 7, 9), summary("r2", 1, 3)];
    for (const { id } of socket.sent.filter(({ type }) => type === "list"))
      await socket.say({ type: "listed", id, channel: "chat:1", epoch: "e", runs, more: false });
    for (const { id } of socket.sent.filter(({ type }) => type === "fetch")) {
      const page = { channel: "chat:1", after: 0, epoch: "e", head: 9, offset: 9, events: older };
      await socket.say({ type: "fetched", id, ...page });
    }
    const { id, before } = socket.last("list");
    expect(before).toBe("r2");
    await socket.say({ type: "listed", id, channel: "chat:1", epoch: "e", runs: [], more: false });
    expect(await Promise.all(both)).toEqual([true, false]);
    expect(channel.snapshot().state.custom).toHaveLength(1);
  });

  it("shows no half of a run that was trimmed meanwhile", async () => {
    const { channel, socket, listed } = await followLatest();
    const loaded = channel.loadOlder();
    await settle();
    await listed([summary("r1", 1, 5)], false);
    await answerPage(socket, {
      offset: 3,
      head: 9,
      events: [started(1, "r1"), said(2, "a", "r1")],
    });
    await answerPage(socket, { offset: 9, head: 9, events: [started(7, "r3")], trimmed: true });
    await listed([summary("r3", 7, 9)], false);
    expect(await loaded).toBe(false);
    expect(channel.snapshot().state).toMatchObject({ order: ["r3"], olderRuns: false });
  });

  it("is false when everybody leaves before the state is level", async () => {
    const { client, connect, clock } = setUp();
    const channel = client.channel("chat:1", { runs: 1 });
    const leave = channel.subscribe(() => {});
    await connect();
    const loaded = channel.loadOlder();
    leave();
    await clock.advance(5_000);
    expect(await loaded).toBe(false);
  });

  it("throws nothing old into a state that has begun anew meanwhile", async () => {
    const { channel, socket, listed } = await followLatest();
    const loaded = channel.loadOlder();
    await settle();
    await listed([summary("r1", 1, 3)], false);
    await socket.say({
      type: "subscribed",
      channel: "chat:1",
      epoch: "f",
      offset: 0,
      from: 0,
      reset: "epoch",
    });
    await answerPage(socket, {
      offset: 3,
      head: 9,
      events: [started(1, "r1"), completed(3, "r1")],
    });
    expect(channel.snapshot().state.order).toEqual([]);
    await listed([], false, "f");
    expect(await loaded).toBe(false);
  });

  it.each([
    ["the list", "f"],
    ["the page", "e"],
  ])(
    "throws nothing of another log into the state, though %s comes before the reset",
    async (_what, first) => {
      const { channel, socket, listed } = await followLatest();
      const loaded = channel.loadOlder();
      await settle();
      const another = [summary("x1", 1, 2)];
      await listed(another, false, first);
      const events = [started(1, "x1"), completed(2, "x1")];
      await answerPage(socket, { epoch: "f", offset: 9, head: 9, events });
      expect(channel.snapshot().state.order).toEqual(["r3"]);
      const reset = { type: "subscribed", channel: "chat:1", epoch: "f", offset: 9, from: 0 };
      await socket.say({ ...reset, reset: "epoch" });
      await socket.say(range(0, 9, events));
      for (let answers = 0; answers < 2; answers++) {
        await listed(another, false, "f");
        await settle();
      }
      expect(await loaded).toBe(false);
      expect(channel.snapshot().state.order).toEqual(["x1"]);
    },
  );
});
