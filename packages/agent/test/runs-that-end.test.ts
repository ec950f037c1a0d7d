import { createRunwireClient, type PageSignal } from "@runwire/client";
import { createRunwireServer } from "@runwire/server";
import { createMemoryStore } from "@runwire/store";
import {
  createFaultProxy,
  createTestServer,
  FakeClock,
  linkInMemory,
  readChannel,
  settle,
} from "@runwire/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { resumeRun, startRun } from "../src/index.js";

vi.setConfig({ testTimeout: 20_000 }); // real sockets, on a machine that may be busy

const channel = "c";
const agent = { name: "a" };
const leaseMs = 30_000;
const backoff = { firstMs: 1, maxMs: 5, attempts: 100_000 };
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function soon<Value>(read: () => Value | Promise<Value>) {
  return expect.poll(read, { timeout: 10_000, interval: 2 });
}

/**
 * A server on a real socket by whose clock leases lapse only when the test says so, a proxy in front of it, and a
 * client behind the proxy whose own clock is the real one unless another is given.
 */
async function setUp({ clientClock }: { readonly clientClock?: FakeClock } = {}) {
  const clock = new FakeClock();
  const store = createMemoryStore({ clock: () => clock.now() });
  const runwire = await createTestServer({ clock, store });
  const proxy = await createFaultProxy({ target: { port: runwire.port } });
  cleanUps.push(async () => {
    await proxy[Symbol.asyncDispose]();
    let isClosed = false;
    const closing = runwire.close().finally(() => {
      isClosed = true;
    });
    while (!isClosed) await clock.advance(100);
    await closing;
  });
  let tell: (signal: PageSignal) => void = () => {};
  const client = createRunwireClient({
    ...{ url: proxy.through(runwire.url), backoff, ...(clientClock && { clock: clientClock }) },
    page: (listener) => {
      tell = listener;
      return () => {};
    },
  });
  cleanUps.push(() => client.close());
  const run = await startRun(client, { channel, runId: "r", agent, leaseMs });
  const status = async () => (await store.run(channel, "r"))?.status;
  const readLog = () => readChannel(runwire.server, channel);
  /** The network may be another one: the client asks, hears nothing, and comes back over a new connection. */
  const wake = async () => {
    const before = proxy.accepted;
    tell("wake");
    await soon(async () => {
      await clientClock?.advance(100);
      return proxy.accepted > before && client.status === "connected";
    }).toBe(true);
  };
  return { clock, store, runwire, proxy, client, run, status, readLog, wake };
}

describe("a run that is written over a network", () => {
  it("goes on where its connection comes back within the lease, however often", async () => {
    const { clock, store, proxy, run, status } = await setUp();
    const leaseUntil = async () => (await store.run(channel, "r"))?.leaseUntil ?? 0;
    for (let time = 1; time <= 5; time += 1) {
      proxy.cutAll("rst");
      proxy.blackHole();
      await clock.advance(leaseMs - 2_000);
      const before = await leaseUntil();
      // Back again, the writer renews the run without a word from its program.
      proxy.cutAll("rst");
      proxy.heal();
      await soon(leaseUntil).toBeGreaterThan(before);
    }
    expect(await status()).toBe("running");
    await run.complete();
    expect(await status()).toBe("success");
    expect(run.signal.aborted).toBe(false);
  });

  it("is over where it comes back later: the signal aborts, and nothing more is written", async () => {
    const { clock, proxy, run, status, readLog } = await setUp();
    proxy.blackHole();
    await run.say("held by the network");
    await clock.advance(leaseMs + 3_000);
    expect(await status()).toBe("abandoned");
    const log = await readLog();
    expect(log.at(-1)).toMatchObject({ outcome: "abandoned", error: { code: "lease_lapsed" } });
    proxy.cutAll("rst");
    proxy.heal();
    await soon(() => run.signal.aborted).toBe(true);
    expect(run.signal.reason).toMatchObject({ code: "run_completed" });
    await expect(run.say("later")).rejects.toMatchObject({ code: "run_completed" });
    await expect(run.complete()).rejects.toMatchObject({ code: "run_completed" });
    expect(await readLog()).toEqual(log);
  });

  it("goes on over its new connection while the server holds the old one for alive", async () => {
    const clientClock = new FakeClock();
    const { runwire, proxy, client, run, readLog, wake } = await setUp({ clientClock });
    const handled: string[] = [];
    run.on("note", (_data, { commandId }) => void handled.push(commandId));
    const person = runwire.connect().channel(channel);
    await person.command("r", "note");
    const [old] = proxy.connections;
    old?.blackHole();
    await run.say("held, ");
    // Handed over into the hole; the server knows no other connection yet.
    const asked = person.command("r", "note");
    await wake();
    expect(runwire.server.stats().connections).toBe(3);
    await Promise.all([asked, person.command("r", "note")]);
    await run.say("and on");
    await run.complete();
    await client.close();
    const log = await readLog();
    const bytesBefore = old?.bytesUp ?? 0;
    old?.heal();
    await old?.closed;
    expect(old?.bytesUp, "what was held has arrived").toBeGreaterThan(bytesBefore);
    await soon(() => runwire.server.stats().connections).toBe(1);
    expect(await readLog()).toEqual(log);
    const text = log.map((event) => (event.type === "agent_thinking" ? event.delta : "")).join("");
    expect(text).toBe("held, and on");
    expect(new Set(handled).size, "one effect for each command").toBe(3);
    expect(handled).toHaveLength(3);
  });

  it("is shut out at its next sign of life where another process has taken it up", async () => {
    const { runwire, proxy, run, readLog } = await setUp();
    proxy.blackHole(); // as good as dead, and it does not know
    await run.say("late");
    const next = await resumeRun(runwire.connect(), { channel, runId: "r" });
    await next.say("taken up");
    proxy.cutAll("rst");
    proxy.heal();
    await soon(() => run.signal.aborted).toBe(true);
    expect(run.signal.reason).toMatchObject({ code: "run_taken" });
    await expect(run.complete()).rejects.toMatchObject({ code: "run_taken" });
    await next.complete();
    expect(await readLog()).toMatchObject([
      { type: "agent_started" },
      { type: "agent_thinking", delta: "taken up" },
      { type: "agent_completed", outcome: "success" },
    ]);
  });
});

describe("a run that says nothing", () => {
  it("waits an hour for an approval, over a socket, and goes on when it comes", async () => {
    const clock = new FakeClock();
    const store = createMemoryStore({ clock: () => clock.now() });
    const server = createRunwireServer({ store, access: "open-to-everyone", clock });
    const { WebSocket } = linkInMemory(server);
    const connect = () => {
      const client = createRunwireClient({ url: "ws://memory/runwire", WebSocket, clock });
      cleanUps.push(() => client.close());
      return client;
    };
    const starting = startRun(connect(), { channel, runId: "r", agent, clock });
    await settle();
    const run = await starting;
    const asked = run.tool("deploy", {}, async (_input, { awaitApproval }) => {
      await awaitApproval();
      return "deployed";
    });
    await clock.advance(3_600_000);
    expect(await store.run(channel, "r")).toMatchObject({ status: "running" });
    const approving = connect().channel(channel).command("r", "approve", { toolCallId: "t1" });
    await clock.advance(100);
    await approving;
    expect(await asked).toBe("deployed");
    await run.complete();
    expect(await store.run(channel, "r")).toMatchObject({ status: "success" });
  });

  it("ends where the process stood still while another server on its store looked after the leases", async () => {
    const [own, others] = [new FakeClock(), new FakeClock()];
    const store = createMemoryStore({ clock: () => others.now() });
    const options = { store, access: "open-to-everyone" } as const;
    const server = createRunwireServer({ ...options, clock: own });
    const other = createRunwireServer({ ...options, clock: others });
    cleanUps.push(
      () => server.close(),
      () => other.close(),
    );
    const run = await startRun(server, { channel, runId: "r", agent, clock: own, leaseMs });
    await others.advance(leaseMs + 3_000);
    expect(await store.run(channel, "r")).toMatchObject({ status: "abandoned" });
    await own.stall(leaseMs + 3_000);
    expect(run.signal.reason).toMatchObject({ code: "run_completed" });
    await expect(run.say("late")).rejects.toMatchObject({ code: "run_completed" });
  });
});
