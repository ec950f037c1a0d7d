import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunwireError } from "@runwire/protocol";
import { createMemoryStore, type EventStore } from "@runwire/store";
import { createSqliteStore } from "@runwire/store/sqlite";
import { FakeClock } from "@runwire/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { createCollectingLogger } from "../support/collecting-logger.ts";
import type { BareConnection } from "./bare/bare-connection.ts";
import { gate } from "./support/gate.ts";
import { custom } from "./support/sample-events.ts";
import { type Given, publish, startServer } from "./support/server-under-test.ts";

const ended = (channel: string) => ({ type: "unsubscribed", channel, code: "forbidden" });
/** Nobody is judged by silence while clocks leap. */
const heartbeat = { intervalMs: 3_600_000, timeoutMs: 7_200_000 };
/** How long the others may take to learn of it, milliseconds. */
const withinMs = 1_000;

/** Opens stores on one new file, as several processes would. */
async function createFile(clock?: FakeClock): Promise<() => EventStore> {
  const folder = await mkdtemp(join(tmpdir(), "runwire-revoking-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return () => {
    const file = join(folder, "runs.db");
    const store = createSqliteStore({
      ...{ file, durability: "normal" },
      ...(clock && { clock: () => clock.now() }),
    });
    onTestFinished(() => store.close());
    return store;
  };
}

/** Two servers that share a file, each with a clock of its own; Ann may do what is in the set, and Bob everything. */
async function startNodes(given: Given = {}) {
  const [clock, otherClock] = [new FakeClock(), new FakeClock()];
  const open = await createFile(clock);
  const allowed = new Set(["c", "d", "e"]);
  const authorize: Given["authorize"] = ({ user, channel }) =>
    user.id !== "ann" || allowed.has(channel);
  const start = (more: Given) => startServer({ authorize, heartbeat, store: open(), ...more });
  const here = await start({ clock });
  const there = await start({ clock: otherClock, ...given });
  return { here, there, clock, otherClock, allowed, open };
}

async function subscribe(connection: BareConnection, ...channels: string[]): Promise<void> {
  for (const channel of channels) await connection.request({ type: "subscribe", channel });
}

describe("[RW-SUB-28] a right that is revoked at one server", () => {
  test("ends the subscription on another server of the same file, and nothing else", async () => {
    const { here, there, otherClock, allowed } = await startNodes();
    const [ann, bob] = [await there.connect("ann"), await there.connect("bob")];
    await subscribe(ann, "c", "d");
    await subscribe(bob, "c");
    allowed.delete("c");
    expect(await here.server.revoke({ user: "ann", channel: "c" })).toBe(0);
    await otherClock.advance(withinMs);
    expect(await ann.nextOf("unsubscribed")).toEqual(ended("c"));
    await publish(bob, [custom("secret", { priority: "high" })]);
    expect(await bob.nextOf("events")).toMatchObject({ offset: 1 });
    expect((await ann.settle()).heads).toEqual({ d: 0 });
    expect(ann.unread).toEqual([]);
  });

  test("without a channel lets the other server ask about all subscriptions of the user", async () => {
    const { here, there, otherClock, allowed } = await startNodes();
    const ann = await there.connect("ann");
    await subscribe(ann, "c", "d", "e");
    allowed.delete("c");
    allowed.delete("e");
    await here.server.revoke({ user: "ann" });
    await otherClock.advance(withinMs);
    const told = [await ann.nextOf("unsubscribed"), await ann.nextOf("unsubscribed")];
    expect(told).toEqual([ended("c"), ended("e")]);
    expect((await ann.settle()).heads).toEqual({ d: 0 });
  });

  test("ends there also what began meanwhile, by a yes that was old", async () => {
    const { here, there, otherClock } = await startNodes();
    const ann = await there.connect("ann");
    await here.server.revoke({ user: "ann", channel: "c" });
    await subscribe(ann, "c");
    await otherClock.advance(withinMs);
    expect(await ann.nextOf("unsubscribed")).toEqual(ended("c"));
  });

  test("is no yes from before on the other server: a subscribe under way is asked about again", async () => {
    const [early, asked] = [gate(), gate()];
    let count = 0;
    const authorize = async () => {
      count += 1;
      if (count > 1) return false;
      asked.open();
      await early.pass;
      return true;
    };
    const { here, there, otherClock } = await startNodes({ authorize });
    const ann = await there.connect("ann");
    const answer = ann.request({ type: "subscribe", channel: "c" });
    await asked.pass;
    await here.server.revoke({ user: "ann", channel: "c" });
    await otherClock.advance(withinMs);
    early.open();
    expect(await answer).toMatchObject({ type: "error", code: "forbidden" });
    expect(count).toBe(2);
  });

  test("is not revoked a second time where it was revoked, when the server reads its own word", async () => {
    const { here, clock } = await startNodes();
    const ann = await here.connect("ann");
    await subscribe(ann, "c");
    await here.server.revoke({ user: "ann", channel: "c" });
    expect(await ann.nextOf("unsubscribed")).toEqual(ended("c"));
    await subscribe(ann, "c");
    await clock.advance(withinMs);
    expect((await ann.settle()).heads).toEqual({ c: 0 });
    expect(ann.unread).toEqual([]);
  });

  test("is told by a clock that runs, to servers on one store in memory too", async () => {
    const given = { store: createMemoryStore(), authorize: () => true };
    const [here, there] = [await startServer(given), await startServer(given)];
    const ann = await there.connect("ann");
    await subscribe(ann, "c");
    await here.server.revoke({ user: "ann", channel: "c" });
    expect(await ann.nextOf("unsubscribed")).toEqual(ended("c"));
  });
});

describe("a user who is disconnected at one server", () => {
  test("is closed 4409 on every server of the same file, and nobody else is", async () => {
    const { here, there, otherClock } = await startNodes();
    const [one, two] = [await here.connect("ann"), await there.connect("ann")];
    const bob = await there.connect("bob");
    await subscribe(two, "c");
    expect(await here.server.disconnectUser("ann")).toBe(1);
    await otherClock.advance(withinMs);
    for (const { closed } of [one, two])
      expect(await closed).toEqual({ code: 4409, reason: "ended by an administrator" });
    expect(there.server.stats()).toMatchObject({ connections: 1, subscriptions: 0 });
    expect(await bob.settle()).toMatchObject({ type: "pong" });
  });

  test("is closed 4409 instead of welcomed where their token was being checked", async () => {
    const answer = gate();
    const asked: string[] = [];
    const { here, there, otherClock } = await startNodes({
      authenticate: async ({ token = "" }) => {
        asked.push(token);
        await answer.pass;
        return { id: token };
      },
    });
    const [ann, bob] = [await there.open(), await there.open()];
    ann.send({ type: "hello", token: "ann" });
    bob.send({ type: "hello", token: "bob" });
    await expect.poll(() => asked.length).toBe(2);
    await here.server.disconnectUser("ann");
    await otherClock.advance(withinMs);
    answer.open();
    expect((await ann.closed).code).toBe(4409);
    expect(ann.unread).toEqual([]);
    expect(await bob.nextOf("welcome")).toMatchObject({ user: { id: "bob" } });
  });

  test("may come back to a server that starts afterwards", async () => {
    const { here, open } = await startNodes();
    await here.server.disconnectUser("ann");
    const clock = new FakeClock();
    const later = await startServer({ store: open(), authorize: () => true, clock });
    const ann = await later.connect("ann");
    await clock.advance(withinMs);
    expect(await ann.settle()).toMatchObject({ type: "pong" });
  });
});

describe("a server that stood still", () => {
  test("sends everybody away to be asked anew, when it has missed what the others told", async () => {
    const { logger, lines } = createCollectingLogger();
    const { here, there, clock, otherClock } = await startNodes({ logger });
    const [ann, bob] = [await there.connect("ann"), await there.connect("bob")];
    await subscribe(ann, "c");
    await here.server.disconnectUser("ann");
    await clock.advance(61_000);
    await here.server.revoke({ user: "eve", channel: "c" });
    await otherClock.stall(62_000);
    for (const connection of [ann, bob]) {
      expect(await connection.nextOf("reconnect")).toMatchObject({ reason: "service restart" });
      expect((await connection.closed).code).toBe(1012);
    }
    expect(lines.filter(({ message }) => message.includes("has missed"))).toHaveLength(1);
    const back = await there.connect("bob");
    await otherClock.advance(withinMs);
    expect(await back.settle()).toMatchObject({ type: "pong" });
  });

  test("does late what it has not missed, and touches nobody else", async () => {
    const { here, there, clock, otherClock } = await startNodes();
    const [ann, bob] = [await there.connect("ann"), await there.connect("bob")];
    await here.server.disconnectUser("ann");
    await clock.advance(600_000);
    await otherClock.stall(600_000);
    expect((await ann.closed).code).toBe(4409);
    expect(await bob.settle()).toMatchObject({ type: "pong" });
  });
});

describe("while the store is away", () => {
  /** A store on the same file, of which a test says whether it can tell and be asked. */
  function createAbsent(store: EventStore) {
    const away = { telling: false, asking: false };
    const failure = () =>
      Promise.reject(new RunwireError("store_unavailable", "the storage is away"));
    const { putNotice, notices } = store;
    store.putNotice = (...given) =>
      away.telling ? failure() : Reflect.apply(putNotice, store, given);
    store.notices = (request) =>
      away.asking ? failure() : Reflect.apply(notices, store, [request]);
    return { store, away };
  }

  test("what is revoked is gone here, and the caller and the logger learn that the others were not told", async () => {
    const { logger, lines } = createCollectingLogger();
    const { store, away } = createAbsent(createMemoryStore());
    const { server, connect } = await startServer({ store, logger, authorize: () => true });
    const [ann, eve] = [await connect("ann"), await connect("eve")];
    await subscribe(ann, "c");
    away.telling = true;
    const revoked = server.revoke({ user: "ann", channel: "c" });
    expect(server.stats().subscriptions).toBe(0);
    await expect(revoked).rejects.toMatchObject({ code: "store_unavailable" });
    expect(await ann.nextOf("unsubscribed")).toEqual(ended("c"));
    const left = server.disconnectUser("eve");
    expect((await eve.closed).code).toBe(4409);
    await expect(left).rejects.toMatchObject({ code: "store_unavailable" });
    expect(lines.filter(({ message }) => message.includes("could not be told"))).toHaveLength(2);
  });

  test("a revocation that nobody waits for does not end the process", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    onTestFinished(() => void process.off("unhandledRejection", note));
    const { store, away } = createAbsent(createMemoryStore());
    const { server, connect } = await startServer({ store, authorize: () => true });
    const ann = await connect("ann");
    away.telling = true;
    void server.revoke({ user: "ann" });
    void server.disconnectUser("ann");
    expect((await ann.closed).code).toBe(4409);
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });

  test("the other servers say once that they cannot read of it, and do it when they can", async () => {
    const { logger, lines } = createCollectingLogger();
    const clock = new FakeClock();
    const open = await createFile(clock);
    const { store, away } = createAbsent(open());
    const there = await startServer({ store, logger, clock, authorize: () => true });
    const here = await startServer({ store: open(), authorize: () => true, clock });
    const ann = await there.connect("ann");
    away.asking = true;
    await here.server.disconnectUser("ann");
    await clock.advance(10_000);
    await ann.settle();
    expect(lines.map(({ message }) => message)).toEqual([
      "what other servers on this store revoke cannot be read, and holds here once it can",
    ]);
    away.asking = false;
    await clock.advance(withinMs);
    expect((await ann.closed).code).toBe(4409);
  });

  test("whoever came before a server knew where the others stand is not overlooked", async () => {
    const clock = new FakeClock();
    const open = await createFile(clock);
    const { store, away } = createAbsent(open());
    away.asking = true;
    const there = await startServer({ store, clock, authorize: () => true });
    const here = await startServer({ store: open(), authorize: () => true, clock });
    const [ann, bob] = [await there.connect("ann"), await there.connect("bob")];
    await here.server.disconnectUser("ann");
    await clock.advance(withinMs);
    away.asking = false;
    await clock.advance(withinMs);
    expect((await ann.closed).code).toBe(4409);
    expect(await bob.settle()).toMatchObject({ type: "pong" });
  });
});
