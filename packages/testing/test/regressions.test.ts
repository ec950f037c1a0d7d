import { resumeRun, startRun, withRun } from "@runwire/agent";
import {
  createRunwireClient,
  type PageSignal,
  type RunwireClient,
  type RunwireClientOptions,
} from "@runwire/client";
import { createMemoryStore, type EventStore } from "@runwire/store";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  createFaultProxy,
  createTestServer,
  FakeClock,
  readChannel,
  type TestServerOptions,
} from "../src/index.ts";

/*
 * What went wrong in programs like this one, by the names of the reports (docs/failure-model.md): each with a real
 * server, a real client and the fault of the report between them.
 */

vi.setConfig({ testTimeout: 20_000 }); // real sockets, on a machine that may be busy

const channel = "chat:1";
const agent = { name: "tester", model: "m1" };
const backoff = { firstMs: 1, maxMs: 2, attempts: 100_000 };
const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function setUp(options: TestServerOptions = {}) {
  const runwire = await createTestServer({ batch: { windowMs: 0, minWindowMs: 0 }, ...options });
  const proxy = await createFaultProxy({ target: { port: runwire.port } });
  opened.push(runwire, proxy);
  let tell: (signal: PageSignal) => void = () => {};
  /** A client behind the proxy, and everything that it was handed. */
  const follow = (given: Partial<RunwireClientOptions> = {}) => {
    const page = (listener: (signal: PageSignal) => void) => {
      tell = listener;
      return () => {};
    };
    const url = proxy.through(runwire.url);
    const client = createRunwireClient({ url, backoff, page, lingerMs: 0, ...given });
    opened.push({ [Symbol.asyncDispose]: () => client.close() });
    return { client, ...listen(client) };
  };
  return { runwire, proxy, follow, tell: (signal: PageSignal) => tell(signal) };
}

function listen(client: RunwireClient) {
  const handedOver: number[] = [];
  const followed = client.channel(channel);
  followed.subscribe((_, events) => handedOver.push(...events.map(({ offset }) => offset)));
  return {
    handedOver,
    state: () => followed.snapshot().state,
    isLoading: () => followed.snapshot().isLoading,
  };
}

let notes = 0;

/** Appends so many notes past every client, as another process may. */
async function note(store: EventStore, count = 1): Promise<void> {
  const events = Array.from({ length: count }, () => {
    const event = { type: "custom", name: "note", data: ++notes, time: 0 } as const;
    return { event, json: JSON.stringify(event) };
  });
  await store.append({ channel, writer: "w", id: `${notes}`, actor: { type: "server" }, events });
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

function soon<Value>(read: () => Value | Promise<Value>) {
  return expect.poll(read, { timeout: 10_000, interval: 2 });
}

describe("coming back", () => {
  test("SIO-27: a client whose server died without a goodbye goes on", async () => {
    const store = createMemoryStore();
    const { runwire, proxy, follow } = await setUp({ store });
    const { handedOver } = follow();
    await note(store);
    await soon(() => handedOver).toEqual([1]);
    proxy.blackHole();
    proxy.cutAll("rst");
    await runwire.server.close(); // nobody is left to be told
    await note(store);
    const { port } = runwire;
    await runwire.close();
    opened.push(await createTestServer({ store, port }));
    proxy.heal();
    proxy.cutAll("rst");
    await soon(() => handedOver).toEqual([1, 2]);
  });

  test("SIO-5419: however often, nothing is handed out twice", async () => {
    const { runwire, proxy, follow } = await setUp();
    const { handedOver } = follow();
    for (let round = 1; round <= 10; round += 1) {
      await note(runwire.store);
      await soon(() => handedOver).toEqual(upTo(round));
      proxy.cutAll("fin");
    }
  });

  test("SIO-48: one whose place was trimmed meanwhile is told of it, and handed what is kept", async () => {
    const { runwire, proxy, follow } = await setUp();
    const { state } = follow();
    await withRun(runwire.server, { channel, agent, runId: "old" }, async () => {});
    await soon(() => state().order).toEqual(["old"]);
    proxy.blackHole();
    proxy.cutAll("rst");
    await withRun(runwire.server, { channel, agent, runId: "trimmed" }, async () => {});
    await withRun(runwire.server, { channel, agent, runId: "kept" }, async () => {});
    const { first = 0 } = (await runwire.store.run(channel, "kept")) ?? {};
    await runwire.store.trim(channel, first);
    proxy.heal();
    proxy.cutAll("rst");
    await soon(() => state().order).toEqual(["kept"]);
    expect(state()).toMatchObject({ olderRuns: true, runs: { kept: { status: "success" } } });
  });

  test("SIO-CSR: one that had received nothing yet goes on as well", async () => {
    const { runwire, proxy, follow } = await setUp();
    const { handedOver, isLoading } = follow();
    await soon(isLoading).toBe(false);
    proxy.blackHole();
    proxy.cutAll("rst");
    await note(runwire.store, 3);
    proxy.heal();
    proxy.cutAll("rst");
    await soon(() => handedOver).toEqual([1, 2, 3]);
  });

  test("OMNARA-421: an event whose notification was lost is found, also where a proxy ends idle connections", async () => {
    const clock = new FakeClock();
    const store = createMemoryStore();
    store.watch = () => () => {}; // every notification is lost
    const { runwire, proxy, follow } = await setUp({ store, clock });
    const { handedOver, isLoading } = follow();
    await soon(isLoading).toBe(false);
    await note(store);
    proxy.cutAll("fin");
    await soon(() => handedOver).toEqual([1]);
    await note(store);
    await soon(async () => {
      await clock.advance(1_000);
      return handedOver;
    }).toEqual([1, 2]);
    expect(runwire.server.stats().acceptedConnections).toBe(2);
  });

  test("ROCKET-4963: a backlog of many pages comes whole", async () => {
    const { runwire, proxy, follow } = await setUp({ replay: { pageEvents: 100 } });
    const { handedOver } = follow();
    await note(runwire.store);
    await soon(() => handedOver).toEqual([1]);
    proxy.blackHole();
    proxy.cutAll("rst");
    for (let page = 0; page < 20; page += 1) await note(runwire.store, 125);
    proxy.heal();
    proxy.cutAll("rst");
    await soon(() => handedOver.length).toBe(2_501);
    expect(handedOver).toEqual(upTo(2_501));
  });

  test("HERMES-100122: numbers that begin at 1 again are another log, and what was there before is gone", async () => {
    const { runwire, proxy, follow } = await setUp();
    const { handedOver, state } = follow();
    await note(runwire.store, 3);
    await soon(() => state().custom.length).toBe(3);
    proxy.blackHole();
    proxy.cutAll("rst");
    await runwire.store.deleteChannel(channel);
    await note(runwire.store, 4);
    proxy.heal();
    proxy.cutAll("rst");
    await soon(() => handedOver).toEqual([1, 2, 3, 1, 2, 3, 4]);
    expect(state().custom.map(({ data }) => data)).toEqual(upTo(4).map((nth) => notes - 4 + nth));
  });

  test("HERMES-92710: the end of a run that came meanwhile is there, and the answer is whole", async () => {
    const { runwire, proxy, follow } = await setUp();
    const { state } = follow();
    const run = await startRun(runwire.server, { channel, agent, runId: "r" });
    await run.say("in the mid");
    await soon(() => state().runs.r?.parts.length).toBe(1);
    proxy.blackHole();
    proxy.cutAll("rst");
    await run.say("dle of it");
    await run.complete();
    proxy.heal();
    proxy.cutAll("rst");
    await soon(() => state().runs.r?.status).toBe("success");
    expect(state().runs.r?.parts).toMatchObject([{ text: "in the middle of it" }]);
  });

  test("CF-AGENTS-1951, CF-AGENTS-1733: two notices to come back are one replay, and no part is there twice", async () => {
    const { runwire, proxy, follow, tell } = await setUp();
    const { client, handedOver, state } = follow();
    const run = await startRun(runwire.server, { channel, agent, runId: "r" });
    await run.say("once");
    await soon(() => state().runs.r?.parts.length).toBe(1);
    for (let round = 0; round < 5; round += 1) {
      proxy.cutAll("rst");
      tell("wake");
      client.reconnect();
      tell("wake");
      await run.say(` and ${round}`);
      await soon(() => state().runs.r?.parts).toMatchObject([
        {
          text: run.state.parts.map((part) => (part.type === "message" ? part.text : "")).join(""),
        },
      ]);
    }
    expect(handedOver).toEqual([...new Set(handedOver)].sort((one, other) => one - other));
    await soon(() => runwire.server.stats()).toMatchObject({ connections: 1, subscriptions: 1 });
  });

  test("POSTHOG-99348: attempts that fail end no further attempt", async () => {
    const { runwire, proxy, follow } = await setUp({ limits: { maxUnwelcomedPerAddress: 1_000 } });
    const { handedOver, client } = follow({ backoff: { firstMs: 1, maxMs: 1, attempts: 10 } });
    await note(runwire.store);
    await soon(() => handedOver).toEqual([1]);
    proxy.setPlan({ up: { cutAt: { byte: 0, by: "rst" } } });
    proxy.cutAll("rst");
    await soon(() => client.status).toBe("parked");
    await note(runwire.store);
    proxy.setPlan({});
    client.reconnect();
    await soon(() => handedOver).toEqual([1, 2]);
  });

  test("SIO-26, TRPC-4078, HTMX-98: a socket that died in the sleep is replaced, though the server knows nothing of its end", async () => {
    const clock = new FakeClock();
    const { runwire, proxy, follow, tell } = await setUp();
    const { handedOver } = follow({ clock });
    await note(runwire.store);
    await soon(() => handedOver).toEqual([1]);
    proxy.connections[0]?.blackHole();
    await note(runwire.store);
    tell("wake");
    await soon(async () => {
      await clock.advance(100);
      return handedOver;
    }).toEqual([1, 2]);
    expect(runwire.server.stats().connections).toBe(2);
  });
});

describe("what a page shows", () => {
  test("AGUI-2014: a run that is taken up announces no tool call once more", async () => {
    const { runwire, follow } = await setUp();
    const { state } = follow();
    const worker = runwire.connect();
    const run = await startRun(worker, { channel, agent, runId: "r" });
    await run.tool("grep", {}, () => "found");
    void run.tool("deploy", {}, () => new Promise(() => {}));
    await soon(() => state().runs.r?.parts.length).toBe(2);
    const next = await resumeRun(runwire.connect(), { channel, runId: "r" });
    await next.failTool("t2", new Error("the worker died"));
    await next.complete();
    await soon(() => state().runs.r?.status).toBe("success");
    expect(state().runs.r?.parts).toMatchObject([
      { toolCallId: "t1", status: "success" },
      { toolCallId: "t2", status: "error" },
    ]);
    const log = await readChannel(runwire.server, channel);
    expect(log.filter(({ type }) => type === "tool_executing")).toHaveLength(2);
  });

  test("of a run stands whole after navigation: its agent, its times as numbers, its values as they were", async () => {
    const { runwire, follow } = await setUp();
    const output = { endedAt: new Date(1), count: 2n };
    await withRun(runwire.server, { channel, agent, runId: "r" }, async (run) => {
      await run.tool("clock", {}, () => output);
    });
    const { state } = follow(); // a page that was never there before
    await soon(() => state().runs.r?.status).toBe("success");
    const { runs } = state();
    expect(runs.r).toMatchObject({
      agent,
      startedAt: expect.any(Number),
      completedAt: expect.any(Number),
    });
    expect(runs.r?.parts).toMatchObject([{ name: "clock", status: "success", output }]);
  });

  test("is never the text of an error from inside", async () => {
    const secret = "SELECT * FROM secrets";
    const store = createMemoryStore();
    store.read = () => Promise.reject(new Error(secret));
    const { runwire } = await setUp({ store });
    const failure: unknown = await runwire
      .connect()
      .fetch({ channel, after: 0 })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "internal" });
    expect(String(failure)).not.toContain(secret);
  });
});
