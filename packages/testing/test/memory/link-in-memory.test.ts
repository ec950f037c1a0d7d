import { withRun } from "@runwire/agent";
import { createRunwireClient, type RunwireClientOptions } from "@runwire/client";
import { createRunwireServer, type RunwireServerOptions } from "@runwire/server";
import { createMemoryStore } from "@runwire/store";
import { expect, test, vi } from "vitest";
import {
  FakeClock,
  linkInMemory,
  type MemoryLinkOptions,
  readChannel,
  settle,
} from "../../src/index.ts";

const channel = "chat:1";
const agent = { name: "researcher" };

function setUp(link: MemoryLinkOptions = {}, options: Partial<RunwireServerOptions> = {}) {
  const clock = new FakeClock();
  const store = createMemoryStore({ clock: () => clock.now() });
  // Only `access` and `authenticate` decide which kind of options these are.
  const all = { store, access: "open-to-everyone", clock, ...options } as RunwireServerOptions;
  const server = createRunwireServer(all);
  const network = linkInMemory(server, link);
  const connect = (given: Partial<RunwireClientOptions> = {}) =>
    createRunwireClient({
      ...{ url: "ws://memory/runwire?page=1", WebSocket: network.WebSocket, clock },
      random: () => 0.5,
      ...given,
    });
  return { clock, server, network, connect };
}

test("a client follows a run of the server in one process, on a clock that stands still", async () => {
  const { server, connect } = setUp();
  const watching = connect().channel(channel);
  watching.subscribe(() => {});
  await settle();
  await withRun(server, { channel, agent, runId: "r1" }, (run) => run.say("done"));
  await settle();
  expect(watching.snapshot().state.runs.r1).toMatchObject({ status: "success" });
});

test("a client writes a run, and the log has it as it was written", async () => {
  const { server, connect } = setUp();
  const target = connect();
  const output = await withRun(target, { channel, agent }, (run) =>
    run.tool("add", [1, 2], () => 3),
  );
  expect(output).toBe(3);
  expect((await readChannel(server, channel)).map(({ type }) => type)).toEqual([
    ...["agent_started", "tool_executing", "tool_completed", "agent_completed"],
  ]);
});

test("the server learns with what request a client came", async () => {
  const authenticate = vi.fn(() => ({ id: "ann" }));
  const request = { headers: { cookie: "a=b" }, remoteAddress: "10.0.0.1" };
  const { connect } = setUp({ request }, { authenticate });
  await connect().channel(channel).runs();
  expect(authenticate).toHaveBeenCalledWith({ request: { ...request, url: "/runwire?page=1" } });
});

test("a cut loses what is on the way, both ends learn it, and the client comes back", async () => {
  const { clock, server, network, connect } = setUp();
  const client = connect();
  const watching = client.channel(channel);
  watching.subscribe(() => {});
  await settle();
  network.connections[0]?.hold();
  await withRun(server, { channel, agent, runId: "r1" }, () => {});
  network.cutAll();
  expect(network.connections).toEqual([]);
  expect(server.stats().connections).toBe(0);
  expect(client.status).toBe("waiting");
  await clock.advance(1_000);
  expect(network.connections).toHaveLength(1);
  expect(watching.snapshot().state.runs.r1?.status).toBe("success");
});

test("what is held arrives in order once it is healed, and until then the server counts it as unsent", async () => {
  const { server, network, connect } = setUp();
  const watching = connect().channel(channel);
  const offsets: number[] = [];
  watching.subscribe((_, events) => offsets.push(...events.map(({ offset }) => offset)));
  await settle();
  network.connections[0]?.hold("down");
  await withRun(server, { channel, agent, runId: "r1" }, (run) => run.custom("n", 1));
  await settle();
  expect(offsets).toEqual([]);
  expect(server.stats().bufferedBytes).toBeGreaterThan(100);
  network.connections[0]?.heal();
  await settle();
  expect(offsets).toEqual([1, 2, 3]);
  expect(server.stats().bufferedBytes).toBe(0);
});

test("a silent network is found by the heartbeat of either side", async () => {
  const { clock, server, network, connect } = setUp();
  const client = connect();
  await client.channel(channel).runs();
  await clock.advance(200_000);
  expect(server.stats().acceptedConnections).toBe(1);
  network.connections[0]?.hold();
  await clock.advance(200_000);
  expect(server.stats().acceptedConnections).toBeGreaterThan(1);
  expect(client.status).toBe("connected");
});

test("a server does not learn that a client gave its socket up while the way to it is held", async () => {
  const { clock, server, network, connect } = setUp();
  let wake = () => {};
  const page = (tell: (signal: "wake") => void) => {
    wake = () => tell("wake");
    return () => {};
  };
  const client = connect({ page, probeMs: 200 });
  await client.channel(channel).runs();
  network.connections[0]?.hold();
  wake();
  await clock.advance(2_000);
  expect(client.status).toBe("connected");
  expect(server.stats().connections).toBe(2);
  network.connections[0]?.heal();
  await settle();
  expect(server.stats().connections).toBe(1);
});

test("each direction keeps its order, however its arrivals are drawn", async () => {
  const arrivals: (() => void)[] = [];
  const { server, connect } = setUp({ deliver: (arrive) => arrivals.push(arrive) });
  const writing = withRun(connect(), { channel, agent }, async (run) => {
    for (let count = 0; count < 50; count++) await run.custom("n", count);
  });
  let isDone = false;
  void writing.then(() => {
    isDone = true;
  });
  for (let turn = 0; !isDone; turn++) {
    arrivals.splice((turn * 7) % (arrivals.length || 1), 1)[0]?.();
    await settle();
  }
  const events = await readChannel(server, channel);
  expect(events.flatMap((event) => ("data" in event ? [event.data] : []))).toEqual(
    Array.from({ length: 50 }, (_, count) => count),
  );
});

test("each side can end it in good order, with its code", async () => {
  const { server, network, connect } = setUp({}, { drain: { timeoutMs: 1_000 } });
  const leaving = connect();
  await leaving.channel(channel).runs();
  await leaving.close();
  expect(network.connections).toEqual([]);
  const sentAway = connect();
  await sentAway.channel(channel).runs();
  await server.close();
  expect(sentAway.connection).toMatchObject({ status: "waiting" });
  expect(String(sentAway.connection.error)).toContain("1012");
});

test("a server that is going lets nobody in", async () => {
  const { server, network, connect } = setUp();
  await server.close();
  const client = connect();
  client.reconnect();
  await settle();
  expect(client.connection).toMatchObject({ status: "waiting" });
  expect(network.connections).toEqual([]);
});
