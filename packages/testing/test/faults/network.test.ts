import { createRunwireClient, type PageSignal, type RunwireClient } from "@runwire/client";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  createFaultProxy,
  createTestServer,
  type Direction,
  FakeClock,
  type FaultProxyOptions,
  readChannel,
  type TestServerOptions,
} from "../../src/index.ts";
import { eventually } from "../eventually.ts";
import { backoff, followThrough } from "./follow-through.ts";

vi.setConfig({ testTimeout: 20_000 }); // real sockets, on a machine that may be busy

const channel = "chat:1";
const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function setUp(
  faults: Omit<FaultProxyOptions, "target"> = {},
  options: TestServerOptions = {},
) {
  const runwire = await createTestServer({ batch: { windowMs: 0, minWindowMs: 0 }, ...options });
  const proxy = await createFaultProxy({ target: { port: runwire.port }, ...faults });
  opened.push(runwire, proxy);
  return { runwire, proxy };
}

/** Publishes note after note of the channel's own, each under its own id. */
function createNotes(client: RunwireClient) {
  let count = 0;
  return () => {
    const event = { type: "custom", name: "note", data: ++count, time: 0 };
    const request = { channel, writer: "w", id: `${count}`, events: [JSON.stringify(event)] };
    return client.publish(request);
  };
}

/** Lets time pass until something holds. */
async function advanceUntil(clock: FakeClock, holds: () => boolean, stepMs = 1_000): Promise<void> {
  await expect
    .poll(
      async () => {
        await clock.advance(stepMs);
        return holds();
      },
      { interval: 1, timeout: 5_000 },
    )
    .toBe(true);
}

describe("a slow way", () => {
  test.each([1, 2, 3, 7, 64])(
    "in segments of %i bytes loses and doubles nothing",
    async (bytes) => {
      const slices = { sliceBytes: bytes };
      const { runwire, proxy } = await setUp({ plan: { up: slices, down: slices } });
      await followThrough(runwire, proxy, channel);
      expect(proxy.accepted).toBe(1);
    },
  );

  test("of 1 KB a second in both directions is slow, and no reason to leave", async () => {
    const clock = new FakeClock();
    const line = { bytesPerSecond: 1_024 };
    const { runwire, proxy } = await setUp({ clock, plan: { up: line, down: line } });
    let isDone = false;
    const done = followThrough(runwire, proxy, channel).finally(() => {
      isDone = true;
    });
    await advanceUntil(clock, () => isDone, 20);
    await done;
    expect(proxy.accepted).toBe(1);
    expect(clock.monotonic()).toBeGreaterThan(1_000);
  });
});

describe("a connection that is ended while it is idle", () => {
  test.each(["fin", "rst"] as const)("by %s comes back and misses nothing", async (by) => {
    const { runwire, proxy } = await setUp();
    const client = runwire.connect({ url: proxy.through(runwire.url), backoff });
    const handedOver: number[] = [];
    client.channel(channel).subscribe((_, events) => {
      handedOver.push(...events.map(({ offset }) => offset));
    });
    const note = createNotes(runwire.connect());
    for (let round = 1; round <= 20; round++) {
      await note();
      await eventually(() => handedOver.length).toBe(round);
      proxy.cutAll(by);
    }
    await note();
    await eventually(() => handedOver.length).toBe(21);
    expect(handedOver).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
  });
});

describe("a black hole", () => {
  const directions: { name: string; direction?: Direction }[] = [
    { name: "up", direction: "up" },
    { name: "down", direction: "down" },
    { name: "both ways" },
  ];

  test.each(directions)("$name that heals in time only delays", async ({ direction }) => {
    const { runwire, proxy } = await setUp();
    proxy.blackHole(direction);
    const done = followThrough(runwire, proxy, channel);
    await eventually(() => proxy.accepted).toBe(1);
    if (direction === "up") expect(await readChannel(runwire.server, channel)).toEqual([]);
    proxy.heal();
    await done;
    expect(proxy.accepted).toBe(1);
  });

  test.each(directions)(
    "$name for good is found, and what follows is exact",
    async ({ direction }) => {
      const clock = new FakeClock();
      const { runwire, proxy } = await setUp({}, { clock });
      const url = proxy.through(runwire.url);
      const client = runwire.connect({ url, clock, backoff, random: () => 0.5 });
      const handedOver: number[] = [];
      client.channel(channel).subscribe((_, events) => {
        handedOver.push(...events.map(({ offset }) => offset));
      });
      const note = createNotes(client);
      await note();
      await eventually(() => handedOver).toEqual([1]);
      proxy.connections[0]?.blackHole(direction);
      const answer = note();
      await advanceUntil(clock, () => proxy.accepted >= 2 && handedOver.length === 2);
      expect(await answer).toMatchObject({ offset: 2 });
      await advanceUntil(clock, () => runwire.server.stats().connections === 1);
      await note();
      await eventually(() => handedOver).toEqual([1, 2, 3]);
    },
  );

  test("whose bytes arrive after the client has come back changes nothing any more", async () => {
    const { runwire, proxy } = await setUp();
    const clock = new FakeClock();
    let tell: (signal: PageSignal) => void = () => {};
    const client = createRunwireClient({
      ...{ url: proxy.through(runwire.url), clock, backoff },
      page: (listener) => {
        tell = listener;
        return () => {};
      },
    });
    opened.push({ [Symbol.asyncDispose]: () => client.close() });
    const note = createNotes(client);
    await note();
    const [first] = proxy.connections;
    first?.blackHole();
    const answers = [note(), note()];
    tell("wake"); // the network may be another one: the client asks, and hears nothing
    await advanceUntil(clock, () => proxy.accepted === 2);
    await advanceUntil(clock, () => client.status === "connected");
    expect(await Promise.all(answers)).toMatchObject([{ offset: 2 }, { offset: 3 }]);
    const before = first?.bytesUp ?? 0;
    first?.heal();
    await first?.closed;
    expect(first?.bytesUp, "what was held has arrived").toBeGreaterThan(before);
    await note();
    const log = await readChannel(runwire.server, channel);
    expect(log).toMatchObject([{ data: 1 }, { data: 2 }, { data: 3 }, { data: 4 }]);
    expect(log).toHaveLength(4);
  });
});

describe("a reset while a client is let in", () => {
  const resets = 40;
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

  /** `reset` is called with each authentication, until there were enough of them. */
  async function letIn(decide: (reset: () => void) => Promise<void>) {
    let asked = 0;
    const { runwire, proxy } = await setUp(
      {},
      {
        // A place that a reset connection keeps would be missed at once.
        limits: { maxUnwelcomedPerAddress: 2, maxConnectionsPerUser: 2 },
        auth: { maxConcurrent: 2 },
        authenticate: async () => {
          asked += 1;
          const isOver = asked > resets;
          await decide(() => isOver || proxy.cutAll("rst"));
          return { id: "ann" };
        },
      },
    );
    await followThrough(runwire, proxy, channel);
    expect(proxy.accepted).toBe(resets + 1);
    await eventually(() => runwire.server.stats().connections).toBe(0);
  }

  test("before anybody is asked who it is leaves nothing behind", async () => {
    const { runwire, proxy } = await setUp(
      {
        plan: (connection) =>
          connection < resets ? { up: { cutAt: { byte: connection * 5, by: "rst" } } } : {},
      },
      {
        limits: { maxUnwelcomedPerAddress: 2, maxConnectionsPerUser: 2 },
        authenticate: async () => ({ id: "ann" }),
      },
    );
    await followThrough(runwire, proxy, channel);
    expect(proxy.accepted).toBe(resets + 1);
    await eventually(() => runwire.server.stats().connections).toBe(0);
  });

  test("while the application decides leaves nothing behind", () =>
    letIn(async (reset) => {
      reset();
      for (let turns = 0; turns < 5; turns++) await turn();
    }));

  test("in the turn of the answer leaves nothing behind", () =>
    letIn(async (reset) => {
      await turn();
      reset();
    }));

  test("right after the answer leaves nothing behind", () =>
    letIn(async (reset) => {
      await turn();
      setImmediate(reset);
    }));
});
