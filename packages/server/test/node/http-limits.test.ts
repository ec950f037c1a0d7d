import { FakeClock } from "@runwire/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { createRunwireServer, defaultServerOptions } from "../../src/index.ts";
import { dialRaw, post, rawPost } from "../conformance/bare/bare-http.ts";
import { gate } from "../conformance/support/gate.ts";
import { createHeldStore } from "../conformance/support/held-store.ts";
import { custom, started } from "../conformance/support/sample-events.ts";
import {
  closeServer,
  type Given,
  publish,
  startServer,
} from "../conformance/support/server-under-test.ts";
import { soon } from "../conformance/support/soon.ts";
import { createCollectingLogger } from "../support/collecting-logger.ts";
import { HeldTurns } from "../support/held-turns.ts";

const list = { type: "list", channel: "c" };
const authenticate = ({ token = "anybody" }) => ({ id: token });

/** A server whose clock stands still. */
async function startAt(given: Given) {
  const clock = new FakeClock();
  const under = await startServer({ clock, random: () => 0, authenticate, ...given });
  const ask = (message: object, token = "ann") => post(under.port, { ...message }, { token });
  return { clock, ask, ...under };
}

let last = 0;

function publishing(bytes = 0): object {
  last += 1;
  const events = [custom("a", { data: "x".repeat(bytes) })];
  return { type: "publish", id: `publish-${last}`, writer: "w", channel: "c", events };
}

describe("[RW-HTTP-11] messages beyond limits.messageRate", () => {
  const limits = { messageRate: { perSecond: 1, burst: 3 } };

  test.each([
    ["below", 2, 200],
    ["at", 3, 200],
    ["above", 4, 429],
  ])("%s it, with %i, are answered or told when to come again", async (_where, amount, status) => {
    const { ask } = await startAt({ limits });
    for (let count = 1; count < amount; count += 1) expect((await ask(list)).status).toBe(200);
    const reply = await ask({ ...list, id: "last" });
    expect(reply.status).toBe(status);
    if (status === 200) return;
    const { code, id, retryAfterMs } = reply.message as Record<string, unknown>;
    expect({ code, id, retryAfterMs }).toEqual({
      code: "rate_limited",
      id: "last",
      retryAfterMs: 1_250,
    });
    expect(reply.headers.get("retry-after")).toBe("2");
  });

  test("are counted by user over all sockets, and others do not notice", async () => {
    const { ask, port } = await startAt({ limits });
    const close = { connection: "close" };
    for (let count = 0; count < 3; count += 1)
      await post(port, list, { token: "ann", headers: close });
    expect((await post(port, list, { token: "ann", headers: close })).status).toBe(429);
    expect((await ask(list, "bob")).status).toBe(200);
  });

  test("are in time again when told so, and never end in anything but 429", async () => {
    const { ask, clock } = await startAt({ limits });
    for (let count = 0; count < 3; count += 1) await ask(list);
    for (let count = 0; count < 40; count += 1) expect((await ask(list)).status).toBe(429);
    await clock.advance(1_250);
    expect((await ask(list)).status).toBe(200);
    expect((await ask(list)).status).toBe(429);
  });

  test("of those without a user are counted by address", async () => {
    const { port } = await startServer({ clock: new FakeClock(), limits });
    for (let count = 0; count < 3; count += 1) expect((await post(port, list)).status).toBe(200);
    expect((await post(port, list)).status).toBe(429);
  });

  test("are not publishes and renewals, and reports are counted apart", async () => {
    const { ask } = await startAt({ limits });
    for (let count = 0; count < 4; count += 1) await ask(list);
    const renew = { type: "renew", writer: "w", channel: "c", runIds: ["r"] };
    for (let count = 0; count < 10; count += 1) {
      expect((await ask(publishing())).status).toBe(200);
      expect((await ask(renew)).status).toBe(200);
    }
    const statuses = [];
    for (let count = 0; count < 4; count += 1)
      statuses.push((await ask({ type: "report", code: "gap" })).status);
    expect(statuses).toEqual([204, 204, 204, 429]);
  });
});

describe("[RW-HTTP-11] who is refused too often", () => {
  test.each([
    ["maxBadMessagesPerMinute", { type: "nonsense" }, 400, 10],
    ["maxRefusalsPerMinute", { type: "list", channel: "closed" }, 403, 21],
  ] as const)(
    "by limits.%s is not heard for a while, and then anew",
    async (_limit, wrong, status, most) => {
      const { ask, clock } = await startAt({ authorize: ({ channel }) => channel !== "closed" });
      for (let count = 0; count < most; count += 1) {
        expect((await ask(list, "bob")).status).toBe(200);
        expect((await ask(wrong)).status).toBe(status);
      }
      for (const message of [wrong, list, publishing()]) {
        const { status: now, headers } = await ask(message);
        expect([now, headers.get("retry-after")]).toEqual([429, "5"]);
      }
      expect((await ask(list, "bob")).status).toBe(200);
      await clock.advance(5_000);
      expect((await ask(list)).status).toBe(200);
      expect((await ask(wrong)).status).toBe(status);
    },
  );
});

describe("[RW-HTTP-11] publishes beyond limits.publishBytesPerSecond", () => {
  const limits = { publishBytesPerSecond: 10_000, maxMessageBytes: 200_000 };

  test("wait for their answers, one after another, and none is refused or lost", async () => {
    const { ask, clock, store } = await startAt({ limits });
    const answered: string[] = [];
    const write = async (bytes: number) => {
      const { status } = await ask(publishing(bytes));
      answered.push(`${bytes}: ${status}`);
    };
    await write(30_000);
    const rest = [write(20_000), write(1_000)];
    await soon(() => clock.pending().filter((ms) => ms <= 1_000).length).toBeGreaterThanOrEqual(1);
    await clock.advance(1_000);
    expect((await ask(list)).status).toBe(200);
    expect(answered).toHaveLength(1);
    for (let count = 0; count < 50; count += 1) await clock.advance(100);
    await Promise.all(rest);
    expect(answered.toSorted()).toEqual(["1000: 200", "20000: 200", "30000: 200"]);
    expect((await store.head("c")).offset).toBe(3);
  });

  test("are paid by the user: over a socket too, and by nobody else", async () => {
    const { ask, clock, connect, store } = await startAt({ limits });
    const connection = await connect("ann");
    await publish(connection, [custom("a", { data: "x".repeat(30_000) })]);
    expect((await ask(publishing(), "bob")).status).toBe(200);
    const late = ask(publishing());
    await soon(() => clock.pending().filter((ms) => ms <= 1_000).length).toBeGreaterThanOrEqual(2);
    expect((await store.head("c")).offset).toBe(2);
    for (let count = 0; count < 30; count += 1) await clock.advance(100);
    expect((await late).status).toBe(200);
  });
});

test("[RW-HTTP-11] history beyond limits.replayBytesPerMinute waits, over sockets and HTTP together", async () => {
  const { ask, clock, connect } = await startAt({
    limits: { replayBytesPerMinute: 25_000 },
    replay: { pageEvents: 1 },
  });
  await ask(publishing(10_000), "writer");
  const connection = await connect("ann");
  const fetch = { type: "fetch", channel: "c", after: 0 };
  await connection.request(fetch);
  for (let count = 0; count < 2; count += 1) expect((await ask(fetch)).status).toBe(200);
  let isAnswered = false;
  const late = ask(fetch).finally(() => {
    isAnswered = true;
  });
  await soon(() => clock.pending()).toContain(1_000);
  expect((await ask(fetch, "bob")).status).toBe(200);
  expect(isAnswered).toBe(false);
  for (let second = 0; second < 30; second += 1) await clock.advance(1_000);
  expect((await late).status).toBe(200);
});

describe("[RW-HTTP-14] who cannot be served now", () => {
  test("is told 503 and when to come again while the server drains", async () => {
    const { server, ask, clock, store } = await startAt({});
    const closing = closeServer(server, clock);
    const reply = await ask(publishing());
    expect(reply).toMatchObject({ status: 503, message: { code: "rate_limited" } });
    expect(reply.headers.get("retry-after")).toBe("1");
    expect((await store.head("c")).offset).toBe(0);
    await closing;
    expect((await ask(list)).status).toBe(503);
  });

  test.each([
    ["maxConnections", 503],
    ["maxConnectionsPerAddress", 429],
  ] as const)(
    "is told so beyond limits.%s, which sockets and requests share: %i",
    async (limit, status) => {
      const { ask, connect } = await startAt({ limits: { [limit]: 2 } });
      const [first] = [await connect("ann"), await connect("ann")];
      const reply = await ask(list);
      expect([reply.status, reply.message.code]).toEqual([status, "rate_limited"]);
      expect(reply.headers.get("retry-after")).toMatch(/^\d+$/);
      first.socket.cut();
      await soon(async () => (await ask(list)).status).toBe(200);
    },
  );

  test("is told 429 beyond limits.maxUnwelcomedPerAddress, until it is known who the others are", async () => {
    const { pass, open } = gate();
    let asked = 0;
    const { ask } = await startAt({
      limits: { maxUnwelcomedPerAddress: 2 },
      authenticate: async ({ token = "" }) => {
        asked += 1;
        if (token === "slow") await pass;
        return { id: token };
      },
    });
    const slow = [ask(list, "slow"), ask(list, "slow")];
    await soon(() => asked).toBe(2);
    expect((await ask(list)).status).toBe(429);
    open();
    for (const reply of await Promise.all(slow)) expect(reply.status).toBe(200);
    await soon(async () => (await ask(list)).status).toBe(200);
  });

  test.each([
    ["below", 1, 200],
    ["at", 2, 200],
    ["above", 3, 429],
  ])(
    "is told so %s limits.maxConnectionsPerUser, with %i at once: %i",
    async (_where, amount, status) => {
      const { store, begun, hold, release } = createHeldStore();
      const { ask } = await startAt({ store, limits: { maxConnectionsPerUser: 2 } });
      hold();
      const others = Array.from({ length: amount - 1 }, () => ask(publishing()));
      await soon(() => begun).toHaveLength(amount - 1);
      expect((await ask(list)).status).toBe(status);
      expect((await ask(list, "bob")).status).toBe(200);
      release();
      for (const other of await Promise.all(others)) expect(other.status).toBe(200);
    },
  );

  test("is told 429 beyond limits.connectRatePerAddress, and when it is in time", async () => {
    const { ask, clock } = await startAt({
      limits: { connectRatePerAddress: { perSecond: 0.5, burst: 2 } },
    });
    const replies = [await ask(list), await ask(list), await ask(list)];
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(replies[2]?.headers.get("retry-after")).toBe("2");
    await clock.advance(2_000);
    expect((await ask(list)).status).toBe(200);
  });

  test("waits for its turn while many come at once, behind as many as may, and is told 503 beyond them", async () => {
    const clock = new HeldTurns();
    const { port, server, open } = await startServer({ clock, admission: { queue: 2 } });
    await open();
    clock.use(defaultServerOptions.admission.turnMs);
    const ask = () => post(port, list);
    const waiting = [ask(), ask()];
    await soon(() => server.stats().admission.waitingUpgrades).toBe(2);
    expect((await ask()).status).toBe(503);
    const done = Promise.all(waiting);
    for (let turn = 0; turn < 10; turn += 1) await clock.endTurn();
    expect((await done).map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe("[RW-HTTP-14] what is under way while the server drains", () => {
  test("is told 503 where it waits for a run's handler, and is done once when it is asked again", async () => {
    const { ask, server, clock, connect, store } = await startAt({});
    const writer = await connect("ann");
    await publish(writer, [started("r")]);
    const command = { type: "command", id: "k", channel: "c", runId: "r", name: "cancel" };
    const waiting = ask(command);
    await writer.nextOf("command");
    const closing = closeServer(server, clock);
    const reply = await waiting;
    expect(reply).toMatchObject({ status: 503, message: { code: "store_unavailable" } });
    expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0);
    await closing;
    const next = await startAt({ store });
    const again = next.ask(command);
    const back = await next.connect("ann");
    await back.request({ type: "renew", channel: "c", writer: "writer-1", runIds: ["r"] });
    const { commandId } = await back.nextOf("command");
    back.send({ type: "handled", commandId });
    expect(await again).toMatchObject({ status: 200, message: { type: "commanded", id: "k" } });
  });

  test("is told 503 where its body has not come, and nothing is done", async () => {
    const { port, server, clock, store } = await startAt({});
    const peer = dialRaw(port, rawPost(publishing() as Record<string, unknown>).slice(0, -5));
    onTestFinished(() => void peer.socket.destroy());
    await soon(() => clock.pending()).toContain(1_500); // a tenth of the time that a body has
    await closeServer(server, clock);
    await peer.closed;
    expect(peer.text()).toContain("HTTP/1.1 503 ");
    expect((await store.head("c")).offset).toBe(0);
  });

  test("gets its answer where it is written, and closing waits for it", async () => {
    const { store, begun, hold, release } = createHeldStore();
    const { ask, server, clock } = await startAt({ store });
    hold();
    const reply = ask(publishing());
    await soon(() => begun).toHaveLength(1);
    let isClosed = false;
    const closing = server.close().finally(() => {
      isClosed = true;
    });
    await clock.advance(10_000);
    expect(isClosed).toBe(false);
    release();
    expect(await reply).toMatchObject({ status: 200, message: { type: "published" } });
    await closing;
  });

  test("is cut off when the time of the drain is over", async () => {
    const { store, begun, hold, release } = createHeldStore();
    const { ask, server, clock } = await startAt({ store });
    hold();
    const reply = ask(publishing()).catch(() => "cut");
    await soon(() => begun).toHaveLength(1);
    await closeServer(server, clock);
    expect(await reply).toBe("cut");
    release();
  });
});

describe("an answer that is not taken", () => {
  /** A peer that asks for a megabyte and reads nothing of it. */
  async function startUnread(given: Given = {}) {
    const under = await startServer({
      ...given,
      limits: { maxMessageBytes: 30_000_000, maxEventBytes: 20_000_000, ...given.limits },
      replay: { pageBytes: 30_000_000 },
    });
    await under.store.append({
      ...{ channel: "c", writer: "w", id: "1", actor: { type: "server" } },
      events: [large()],
    });
    const peer = dialRaw(under.port);
    onTestFinished(() => void peer.socket.destroy());
    peer.socket.pause();
    peer.socket.write(rawPost({ type: "fetch", id: "1", channel: "c", after: 0 }));
    return { ...under, peer };
  }

  test("is cut off after slowReader.timeoutMs, and counts until then", async () => {
    const { server } = await startUnread({ slowReader: { timeoutMs: 300 } });
    await soon(() => server.stats().bufferedBytes).toBeGreaterThan(15_000_000);
    await soon(() => server.stats().connections).toBe(0);
    expect(server.stats().bufferedBytes).toBe(0);
  });

  test("counts against limits.maxTotalBufferedBytes: the one that holds the most is cut", async () => {
    const { logger, lines } = createCollectingLogger();
    const limits = { maxTotalBufferedBytes: 10_000_000 };
    const { server, port } = await startUnread({ limits, logger });
    await soon(() => lines.map(({ message }) => message)).toEqual([
      expect.stringMatching(/waited for slow readers; the slowest 1 were closed/),
    ]);
    await soon(() => server.stats().connections).toBe(0);
    await soon(async () => (await post(port, list)).status).toBe(200);
  });
});

/** An event of 16 MB, more than the system's buffers take. */
function large() {
  const event = custom("large", { data: "x".repeat(16_000_000) });
  // The sample is an event of the protocol.
  return { event, json: JSON.stringify(event) } as never;
}

test("a server without HTTP answers a message that any adapter brings it", async () => {
  const server = createRunwireServer({
    store: createHeldStore().store,
    access: "open-to-everyone",
  });
  onTestFinished(() => server.close());
  const gone = new AbortController();
  const visit = (text: string) =>
    server.answer({
      request: { headers: {} },
      readBody: async () => ({ status: "read", text }),
      gone: gone.signal,
      cut: () => {},
    });
  const answer = await visit(JSON.stringify({ ...list, id: "1" }));
  expect(answer).toMatchObject({ status: 200, text: expect.stringContaining("listed") });
  expect(server.stats().connections).toBe(1);
  gone.abort();
  expect(server.stats().connections).toBe(0);
  expect(await visit("{}")).toBeUndefined();
});
