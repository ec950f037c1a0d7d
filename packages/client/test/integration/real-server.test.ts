import {
  emptyChannelState,
  type LoggedEvent,
  RunwireError,
  reduceChannel,
} from "@runwire/protocol";
import { createMemoryStore, type EventStore } from "@runwire/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ChannelEvent, createRunwireClient, type RunwireClient } from "../../src/index.js";
import { startRealServer } from "../support/real-server.js";

let store: EventStore;
let server: Awaited<ReturnType<typeof startRealServer>>;
const clients: RunwireClient[] = [];

beforeEach(async () => {
  store = createMemoryStore();
  server = await startRealServer(store);
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await server.close();
});

function connect(
  options: { readonly token?: string; readonly unansweredLimit?: number } = {},
): RunwireClient {
  const backoff = { firstMs: 20, maxMs: 50, attempts: 1_000 };
  const client = createRunwireClient({ url: server.url, backoff, lingerMs: 0, ...options });
  clients.push(client);
  return client;
}

const channel = "chat:1";
const writer = "writer-1";

/** Writes a run through a client, one publish after another. */
function createWriter(client: RunwireClient, runId = "r1") {
  let count = 0;
  const publish = (...events: object[]) =>
    client.publish({
      channel,
      writer,
      id: `${runId}-${++count}`,
      events: events.map((event) => JSON.stringify({ runId, time: count, ...event })),
    });
  return {
    start: () => publish({ type: "agent_started", agent: { name: "tester" } }),
    say: (delta: string) =>
      publish({ type: "agent_thinking", messageId: "m", kind: "output", delta }),
    end: (fields: object = {}) =>
      publish({ type: "agent_completed", outcome: "success", ...fields }),
  };
}

/** Every status that the client has from now on, each as often as it changes to it. */
function statusesOf(client: RunwireClient): readonly string[] {
  const statuses: string[] = [];
  client.onStatus(({ status }) => {
    if (statuses.at(-1) !== status) statuses.push(status);
  });
  return statuses;
}

async function readAll(client: RunwireClient): Promise<ChannelEvent[]> {
  const events: ChannelEvent[] = [];
  for await (const event of client.channel(channel).events()) {
    events.push(event);
    if (event.type === "agent_completed") break;
  }
  return events;
}

describe("over a real server", () => {
  it("shows a run live that another process writes", async () => {
    const reader = connect().channel(channel);
    reader.subscribe(() => {});
    const run = createWriter(connect());
    await run.start();
    for (const word of ["Three ", "TODOs ", "are left."]) await run.say(word);
    await run.end({ output: { at: { $date: "1970-01-01T00:00:00.000Z" } } });
    await expect.poll(() => reader.snapshot().state.runs.r1?.status).toBe("success");
    expect(reader.snapshot().state.runs.r1).toMatchObject({
      parts: [{ type: "message", text: "Three TODOs are left." }],
      output: { at: new Date(0) },
    });
  });

  it("ends with exactly what the log folds to, whatever is cut, and writes nothing twice", async () => {
    const reader = connect().channel(channel);
    const offsets: number[] = [];
    reader.subscribe((_, events) => offsets.push(...events.map(({ offset }) => offset)));
    const run = createWriter(connect());
    await run.start();
    for (let count = 1; count <= 60; count++) {
      if (count % 12 === 0) server.cut();
      await run.say(`${count} `);
    }
    await run.end();
    await expect
      .poll(() => reader.snapshot().state.runs.r1?.status, { timeout: 5_000 })
      .toBe("success");
    const log = await readAll(connect());
    expect(log.map(({ offset }) => offset)).toEqual(log.map((_, index) => index + 1));
    expect(log).toHaveLength(62);
    expect(reader.snapshot().state).toEqual(reduceChannel(emptyChannelState, log as LoggedEvent[]));
    expect(offsets).toEqual([...offsets].sort((one, other) => one - other));
    expect(new Set(offsets).size).toBe(offsets.length);
  });

  it("goes on over a restart of the server on the same store", async () => {
    const client = connect();
    const reader = client.channel(channel);
    reader.subscribe(() => {});
    const run = createWriter(client);
    await run.start();
    await run.say("before, ");
    const { port } = server;
    await server.close();
    const after = run.say("after");
    server = await startRealServer(store, { port });
    await after;
    await run.end();
    await expect
      .poll(() => reader.snapshot().state.runs.r1?.status, { timeout: 5_000 })
      .toBe("success");
    expect(reader.snapshot().state.runs.r1?.parts).toMatchObject([{ text: "before, after" }]);
  });

  it("throws its state away when the server comes back with another log", async () => {
    const client = connect();
    const reader = client.channel(channel);
    reader.subscribe(() => {});
    await createWriter(client).start();
    await expect.poll(() => reader.snapshot().state.order).toEqual(["r1"]);
    const { port } = server;
    await server.close();
    server = await startRealServer(createMemoryStore(), { port });
    await expect.poll(() => reader.snapshot().state.order, { timeout: 5_000 }).toEqual([]);
    await createWriter(client, "r2").start();
    await expect.poll(() => reader.snapshot().state.order).toEqual(["r2"]);
  });

  it("carries a command to the run and its answer back", async () => {
    const writing = connect();
    await writing.attachRun(
      { channel, runId: "r1", writer },
      {
        onCommand: async ({ name, data }) => {
          if (name !== "message") throw new RunwireError("not_now", "not now");
          return JSON.stringify({ heard: data });
        },
        onLost: () => {},
      },
    );
    await createWriter(writing).start();
    const person = connect().channel(channel);
    expect(await person.command("r1", "message", { text: "hi" })).toEqual({
      heard: { text: "hi" },
    });
    await expect(person.command("r1", "cancel")).rejects.toMatchObject({
      code: "handler_failed",
      reason: "not_now",
    });
    await expect(person.command("r9", "cancel")).rejects.toMatchObject({ code: "run_not_found" });
  });

  it("takes a run over, and tells the one that had it", async () => {
    const first = connect();
    const lost: string[] = [];
    const run = createWriter(first);
    await run.start();
    await first.attachRun(
      { channel, runId: "r1", writer, leaseMs: 5_000 },
      { onCommand: async () => undefined, onLost: (code) => lost.push(code) },
    );
    const handlers = { onCommand: async () => undefined, onLost: () => {} };
    await connect().attachRun({ channel, runId: "r1", writer: "writer-2", take: true }, handlers);
    await expect(run.say("late")).rejects.toMatchObject({ code: "run_taken" });
    await expect.poll(() => lost, { timeout: 3_000 }).toEqual(["run_taken"]);
  });

  it("loads older runs under the last one", async () => {
    const writing = connect();
    for (const runId of ["r1", "r2", "r3"]) {
      const run = createWriter(writing, runId);
      await run.start();
      await run.say(runId);
      await run.end();
    }
    const reader = connect().channel(channel, { runs: 1 });
    reader.subscribe(() => {});
    await expect.poll(() => reader.snapshot().isLoading).toBe(false);
    expect(reader.snapshot().state).toMatchObject({ order: ["r3"], olderRuns: true });
    expect((await reader.runs({ limit: 2 })).runs.map(({ runId }) => runId)).toEqual(["r3", "r2"]);
    expect(await reader.loadOlder({ limit: 2 })).toBe(true);
    expect(await reader.loadOlder({ limit: 2 })).toBe(true);
    expect(await reader.loadOlder({ limit: 2 })).toBe(false);
    const whole = connect().channel(channel);
    whole.subscribe(() => {});
    await expect.poll(() => whole.snapshot().isLoading).toBe(false);
    expect(reader.snapshot().state).toEqual(whole.snapshot().state);
  });

  it("follows a long history by events() while it is written, unmerged", async () => {
    const run = createWriter(connect());
    await run.start();
    const reading = readAll(connect());
    for (let count = 0; count < 50; count++) await run.say(`${count}`);
    await run.end();
    expect((await reading).map(({ offset }) => offset)).toEqual(
      Array.from({ length: 52 }, (_, i) => i + 1),
    );
  });

  it("[RW-LIVE-17] reads 8,000 events no faster than the server allows, and is never sent away", async () => {
    await server.close();
    server = await startRealServer(store, { limits: { messageRate: { perSecond: 20, burst: 2 } } });
    const events = 8_000;
    for (let first = 0; first < events; first += 250)
      await server.runwire.publish({
        ...{ channel, writer, id: `${first}` },
        events: Array.from({ length: 250 }, (_, i) =>
          JSON.stringify({ type: "custom", name: "step", time: 1, data: first + i }),
        ),
      });
    const client = connect();
    const statuses = statusesOf(client);
    const startedAt = performance.now();
    let read = 0;
    for await (const event of client.channel(channel).events()) {
      expect(event).toMatchObject({ offset: read + 1, data: read });
      if (++read === events) break;
    }
    // Eight pages and a ping, of which two may go at once: that the others took their time shows that they waited.
    expect(performance.now() - startedAt).toBeGreaterThan(((8 - 2) / 20) * 1_000);
    expect(statuses).toEqual(["connecting", "handshaking", "connected"]);
  });

  it("[RW-LIVE-17] asks for much more at once than the server takes, and is never sent away", async () => {
    await server.close();
    const messageRate = { perSecond: 200, burst: 5 };
    server = await startRealServer(store, { limits: { messageRate } });
    await createWriter(connect()).start();
    const client = connect({ unansweredLimit: 20 });
    const statuses = statusesOf(client);
    client.reconnect();
    await expect.poll(() => client.status).toBe("connected");
    const reads = Array.from({ length: 150 }, () => client.fetch({ channel, after: 0 }));
    const pages = await Promise.all(reads);
    expect(pages.map(({ events }) => events.length)).toEqual(pages.map(() => 1));
    expect(statuses).toEqual(["connecting", "handshaking", "connected"]);
  });

  it("[RW-LIVE-17] waits with reads for the server's default pace, and says so when nobody wants them any more", async () => {
    await createWriter(connect()).start();
    const client = connect();
    const statuses = statusesOf(client);
    client.reconnect();
    await expect.poll(() => client.status).toBe("connected");
    const ended = new AbortController();
    let answered = 0;
    const reads = Array.from({ length: 3_000 }, async () => {
      await client.fetch({ channel, after: 0, signal: ended.signal });
      if (++answered === 110) ended.abort();
    });
    const results = await Promise.allSettled(reads);
    const refused = results.flatMap((result) =>
      result.status === "rejected" ? result.reason : [],
    );
    expect(refused).toHaveLength(3_000 - answered);
    for (const error of refused)
      expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: expect.any(Number) });
    expect(await client.channel(channel).runs()).toMatchObject({ runs: [{ runId: "r1" }] });
    expect(statuses).toEqual(["connecting", "handshaking", "connected"]);
  });

  it("reads a channel that is one too many to follow, and says so at its end", async () => {
    await server.close();
    server = await startRealServer(store, { limits: { maxSubscriptions: 1 } });
    await createWriter(connect()).start();
    const client = connect();
    client.channel("chat:2").subscribe(() => {});
    const offsets: number[] = [];
    const reading = (async () => {
      for await (const { offset } of client.channel(channel).events()) offsets.push(offset);
    })();
    await expect(reading).rejects.toMatchObject({ code: "too_many_subscriptions" });
    expect(offsets).toEqual([1]);
  });

  it("says why a channel may not be followed, and a token is refused", async () => {
    const reader = connect().channel("private:1");
    reader.subscribe(() => {});
    await expect.poll(() => reader.snapshot().error).toMatchObject({ code: "forbidden" });
    const refused = connect({ token: "bad" });
    refused.reconnect();
    await expect.poll(() => refused.status).toBe("closed");
    expect(refused.connection.error?.message).toContain("4401");
    expect(refused.connection.error).toMatchObject({ code: "unauthenticated" });
  });
});
