import { afterEach, describe, expect, test, vi } from "vitest";
import {
  createFaultProxy,
  FakeClock,
  type FaultProxy,
  type FaultProxyOptions,
} from "../../src/index.ts";
import { eventually } from "../eventually.ts";
import { connectTo, type Seen, startTcpServer, watch } from "./support.ts";

vi.setConfig({ testTimeout: 20_000 }); // real sockets, on a machine that may be busy

let opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.reverse()) await one[Symbol.asyncDispose]();
  opened = [];
});

/** A server that echoes, a proxy in front of it, and what the server has seen of each connection. */
async function setUp(options: Omit<FaultProxyOptions, "target"> = {}) {
  const served: Seen[] = [];
  const server = await startTcpServer((socket) => {
    served.push(watch(socket));
    socket.on("data", (bytes) => socket.write(bytes));
    socket.on("end", () => socket.end());
  });
  const proxy = await createFaultProxy({ target: { port: server.port }, ...options });
  opened.push(server, proxy);
  return { proxy, served };
}

const text = "abcdefghijklmnopqrstuvwxyz".repeat(8);

async function send(proxy: FaultProxy, message = text): Promise<Seen> {
  const client = await connectTo(proxy.port);
  client.socket.write(message);
  return client;
}

describe("without a plan", () => {
  test("everything passes, and an end in good order is one on the other side", async () => {
    const { proxy, served } = await setUp();
    const client = await send(proxy);
    client.socket.end();
    expect(await client.ended).toBe("fin");
    expect(client.text()).toBe(text);
    expect(served[0]?.text()).toBe(text);
  });

  test("three million bytes pass as they are", async () => {
    const { proxy } = await setUp();
    const client = await connectTo(proxy.port);
    const sent = Buffer.alloc(3_000_000, text);
    client.socket.end(sent);
    expect(await client.ended).toBe("fin");
    expect(Buffer.concat(client.pieces).equals(sent)).toBe(true);
  });

  test("a reset of one side resets the other", async () => {
    const { proxy, served } = await setUp();
    const client = await send(proxy);
    await eventually(() => client.text()).toBe(text);
    client.socket.resetAndDestroy();
    expect(await served[0]?.ended).toBe("rst");
  });

  test("a target that is not there resets", async () => {
    const server = await startTcpServer(() => {});
    const { port } = server;
    await server[Symbol.asyncDispose]();
    const proxy = await createFaultProxy({ target: { port } });
    opened.push(proxy);
    const client = await connectTo(proxy.port);
    expect(await client.ended).toBe("rst");
  });
});

describe("a cut", () => {
  const kinds = ["fin", "rst"] as const;

  test.each(kinds)("up by %s lets exactly its bytes reach the server", async (by) => {
    for (const byte of [0, 1, 2, 7, 64, 207, 208]) {
      const { proxy, served } = await setUp({ plan: { up: { cutAt: { byte, by } } } });
      const client = await send(proxy);
      expect(await client.ended).toBe(by);
      // A connection that was reset before its first byte may never have reached the server.
      if (byte === 0 && by === "rst") continue;
      await eventually(() => served.length).toBe(1);
      expect(await served[0]?.ended).toBe(by);
      expect(served[0]?.text()).toBe(text.slice(0, byte));
    }
  });

  test.each(kinds)("down by %s lets exactly its bytes reach the client", async (by) => {
    for (const byte of [0, 1, 2, 7, 64, 207, 208]) {
      const { proxy } = await setUp({ plan: { down: { cutAt: { byte, by } } } });
      const client = await send(proxy);
      expect(await client.ended).toBe(by);
      expect(client.text()).toBe(text.slice(0, byte));
    }
  });

  test("takes slices into account", async () => {
    const plan = { down: { sliceBytes: 5, cutAt: { byte: 13, by: "fin" } } } as const;
    const { proxy } = await setUp({ plan });
    const client = await send(proxy);
    expect(await client.ended).toBe("fin");
    expect(client.text()).toBe(text.slice(0, 13));
  });

  test("may stand in the plan of one connection and not in the next", async () => {
    const plan = (connection: number) =>
      connection === 1 ? ({ down: { cutAt: { byte: 3, by: "rst" } } } as const) : undefined;
    const { proxy } = await setUp({ plan });
    const clients: Seen[] = [];
    for (let count = 0; count < 3; count++) clients.push(await send(proxy));
    expect(await clients[1]?.ended).toBe("rst");
    await eventually(() => clients[2]?.text()).toBe(text);
    expect(clients.map((client) => client.text().length)).toEqual([208, 3, 208]);
    expect(proxy.accepted).toBe(3);
    expect(proxy.connections.map(({ number }) => number)).toEqual([0, 2]);
  });
});

describe("a black hole", () => {
  test("swallows one direction from its byte on, and gives it back when it is healed", async () => {
    const { proxy, served } = await setUp({ plan: { down: { blackHoleAt: 10 } } });
    const client = await send(proxy);
    await eventually(() => client.text()).toBe(text.slice(0, 10));
    await eventually(() => served[0]?.text()).toBe(text);
    client.socket.write("more");
    await eventually(() => served[0]?.text()).toBe(`${text}more`);
    expect(client.text()).toBe(text.slice(0, 10));
    proxy.heal();
    await eventually(() => client.text()).toBe(`${text}more`);
  });

  test("hides the end of a peer, its reset too", async () => {
    for (const end of ["end", "resetAndDestroy"] as const) {
      const { proxy, served } = await setUp();
      const client = await send(proxy);
      await eventually(() => client.text()).toBe(text);
      proxy.blackHole();
      let isEnded = false;
      void served[0]?.ended.then(() => {
        isEnded = true;
      });
      client.socket[end]();
      const other = await send(proxy, "x");
      proxy.connections[1]?.heal(); // the other one gets through: a round trip in which the first one does not
      await eventually(() => other.text()).toBe("x");
      expect(isEnded).toBe(false);
      proxy.heal();
      await eventually(() => isEnded).toBe(true);
    }
  });

  test("takes new connections too, until it is healed", async () => {
    const { proxy } = await setUp();
    proxy.blackHole("up");
    const client = await send(proxy);
    expect(proxy.connections[0]?.bytesUp).toBe(0);
    proxy.heal();
    await eventually(() => client.text()).toBe(text);
    expect(proxy.connections[0]).toMatchObject({ bytesUp: 208, bytesDown: 208 });
  });
});

describe("the way the bytes go", () => {
  test("in slices of one byte, they arrive one by one", async () => {
    const { proxy, served } = await setUp({ plan: { up: { sliceBytes: 1 } } });
    await send(proxy);
    await eventually(() => served[0]?.text()).toBe(text);
    // Two may meet in a receiver that has not read yet; 208 in one piece would be no slices.
    expect(served[0]?.pieces.length).toBeGreaterThan(150);
  });

  test("with a delay, every byte is as late, and none later", async () => {
    const clock = new FakeClock();
    const { proxy } = await setUp({ clock, plan: { down: { delayMs: 500 } } });
    const client = await send(proxy, "one");
    await eventually(() => clock.pending()).toEqual([500]);
    await clock.advance(200);
    client.socket.write("two");
    await eventually(() => proxy.connections[0]?.bytesUp).toBe(6);
    await clock.advance(299);
    expect(client.text()).toBe("");
    await clock.advance(1);
    await eventually(() => client.text()).toBe("one");
    await clock.advance(200);
    await eventually(() => client.text()).toBe("onetwo");
  });

  test("with a bandwidth, so many bytes pass in a second", async () => {
    const clock = new FakeClock();
    const { proxy } = await setUp({ clock, plan: { down: { bytesPerSecond: 100 } } });
    const client = await send(proxy);
    await eventually(() => client.text().length).toBe(2);
    for (let second = 1; second <= 2; second++) {
      for (let step = 0; step < 50; step++) {
        await clock.advance(20);
        await eventually(() => clock.pending().length).toBe(1);
      }
      expect(proxy.connections[0]?.bytesDown).toBe(second * 100 + 2);
    }
    expect(text.startsWith(client.text())).toBe(true);
  });
});

describe("by hand", () => {
  test.each(["fin", "rst"] as const)("all living connections are cut by %s", async (by) => {
    const { proxy, served } = await setUp();
    const clients = [await send(proxy), await send(proxy)];
    await eventually(() => clients.map((client) => client.text())).toEqual([text, text]);
    proxy.cutAll(by);
    expect(await Promise.all([...clients, ...served].map(({ ended }) => ended))).toEqual(
      Array.from({ length: 4 }, () => by),
    );
    for (const { socket } of clients) socket.end();
    await eventually(() => proxy.connections.length).toBe(0);
    const next = await send(proxy);
    await eventually(() => next.text()).toBe(text);
  });

  test("closing ends everything, and twice is once", async () => {
    const { proxy } = await setUp();
    const client = await send(proxy);
    await eventually(() => client.text()).toBe(text);
    expect(proxy.close()).toBe(proxy.close());
    await proxy.close();
    await client.ended;
    const late = await connectTo(proxy.port);
    expect(await late.ended).toBe("rst");
  });

  test("an address is the same one, by way of the proxy", async () => {
    const { proxy } = await setUp();
    expect(proxy.through("ws://127.0.0.1:1/runwire?a=b")).toBe(
      `ws://127.0.0.1:${proxy.port}/runwire?a=b`,
    );
  });

  test("a plan with a number that cannot be one is refused", async () => {
    const { proxy } = await setUp();
    expect(() => proxy.setPlan({ up: { cutAt: { byte: -1, by: "fin" } } })).toThrow(
      /up\.cutAt\.byte is -1/,
    );
    await expect(
      createFaultProxy({ target: { port: 1 }, plan: { down: { sliceBytes: 0 } } }),
    ).rejects.toMatchObject({ code: "invalid_options" });
  });
});
