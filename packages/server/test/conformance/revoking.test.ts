import { createMemoryStore, type EventStore } from "@runwire/store";
import { describe, expect, test } from "vitest";
import type { BareConnection } from "./bare/bare-connection.ts";
import { gate } from "./support/gate.ts";
import { custom, started } from "./support/sample-events.ts";
import { type Given, publish, startServer } from "./support/server-under-test.ts";

const high = { priority: "high" };
const ended = (channel: string) => ({ type: "unsubscribed", channel, code: "forbidden" });

/** A server on which Ann may do what is in the set, and Bob everything. */
async function start(given: Given = {}) {
  const allowed = new Set(["c", "d", "e"]);
  const under = await startServer({
    authorize: ({ user, channel }) => user.id !== "ann" || allowed.has(channel),
    ...given,
  });
  return { ...under, allowed };
}

async function subscribe(connection: BareConnection, ...channels: string[]): Promise<void> {
  for (const channel of channels) await connection.request({ type: "subscribe", channel });
}

/** The store, of which one method waits in front of the storage for as long as a test wants. */
function holdAnswers(name: "read" | "head") {
  const base = createMemoryStore();
  const [begun, held] = [gate(), gate()];
  let isHolding = false;
  const method = base[name].bind(base) as (given: unknown) => Promise<unknown>;
  const store = new Proxy(base, {
    get(target, asked) {
      const value: unknown = Reflect.get(target, asked);
      if (asked !== name) return typeof value === "function" ? value.bind(target) : value;
      return async (given: unknown) => {
        const answer = await method(given);
        if (isHolding) {
          begun.open();
          await held.pass;
        }
        return answer;
      };
    },
  }) as EventStore;
  const hold = () => {
    isHolding = true;
  };
  return { store, hold, begun: begun.pass, release: held.open };
}

describe("[RW-SUB-28] a right that is revoked", () => {
  test("ends the subscription of that channel on every connection of the user, and nothing else", async () => {
    const { server, connect, allowed } = await start();
    const [one, two, bob] = [await connect("ann"), await connect("ann"), await connect("bob")];
    await subscribe(one, "c", "d");
    await subscribe(two, "c");
    await subscribe(bob, "c");
    allowed.delete("c");
    expect(await server.revoke({ user: "ann", channel: "c" })).toBe(2);
    for (const connection of [one, two])
      expect(await connection.nextOf("unsubscribed")).toEqual(ended("c"));
    await publish(bob, [custom("secret", high)]);
    expect(await bob.nextOf("events")).toMatchObject({ offset: 1 });
    expect((await one.settle()).heads).toEqual({ d: 0 });
    await two.settle();
    expect([...one.unread, ...two.unread]).toEqual([]);
  });

  test("is gone in the turn in which it is revoked, whatever authorize would say", async () => {
    const { server, connect } = await start();
    const [ann, bob] = [await connect("ann"), await connect("bob")];
    await subscribe(ann, "c");
    void server.revoke({ user: "ann", channel: "c" });
    expect(server.stats().subscriptions).toBe(0);
    await publish(bob, [custom("secret", high)]);
    expect(await ann.nextOf("unsubscribed")).toEqual(ended("c"));
    await ann.settle();
    expect(ann.unread).toEqual([]);
  });

  test("without a channel asks about all subscriptions of the user at once, and ends those refused", async () => {
    let asked = 0;
    const answer = gate();
    const { server, connect, allowed } = await start({
      authorize: async ({ user, channel }) => {
        if (user.id === "ann" && !allowed.has(channel)) {
          asked += 1;
          await answer.pass;
          return false;
        }
        return true;
      },
    });
    const [ann, bob] = [await connect("ann"), await connect("bob")];
    await subscribe(ann, "c", "d", "e");
    await subscribe(bob, "c");
    allowed.delete("c");
    allowed.delete("e");
    const count = server.revoke({ user: "ann" });
    expect(asked).toBe(2);
    answer.open();
    expect(await count).toBe(2);
    const told = [await ann.nextOf("unsubscribed"), await ann.nextOf("unsubscribed")];
    expect(told).toEqual([ended("c"), ended("e")]);
    expect((await ann.settle()).heads).toEqual({ d: 0 });
    expect((await bob.settle()).heads).toEqual({ c: 0 });
  });

  test("of somebody who is not here, or follows nothing, ends nothing", async () => {
    const { server, connect } = await start();
    const ann = await connect("ann");
    await subscribe(ann, "c");
    expect(await server.revoke({ user: "ann", channel: "d" })).toBe(0);
    expect(await server.revoke({ user: "ann" })).toBe(0);
    expect(await server.revoke({ user: "eve", channel: "c" })).toBe(0);
    expect((await ann.settle()).heads).toEqual({ c: 0 });
    expect(ann.unread).toEqual([]);
  });

  test("can be given back: the channel is subscribed again on the same connection", async () => {
    const { server, connect } = await start();
    const ann = await connect("ann");
    await subscribe(ann, "c");
    await server.revoke({ user: "ann", channel: "c" });
    const again = await ann.request({ type: "subscribe", channel: "c" });
    expect(again).toMatchObject({ type: "subscribed", from: 0 });
  });
});

describe("[RW-SUB-27] what is under way when a right is revoked", () => {
  test.each([
    { type: "fetch", after: 0 },
    { type: "fetch", after: 0, runId: "r" },
  ])(
    "is authorized again: %o of a page that was read already is answered forbidden",
    async (request) => {
      const { store, hold, begun, release } = holdAnswers("read");
      const { server, connect, allowed } = await start({ store });
      const [ann, bob] = [await connect("ann"), await connect("bob")];
      await publish(bob, [started("r")]);
      hold();
      const answer = ann.request({ ...request, channel: "c" });
      await begun;
      allowed.delete("c");
      await server.revoke({ user: "ann", channel: "c" });
      release();
      expect(await answer).toMatchObject({ type: "error", code: "forbidden" });
    },
  );

  test("is answered all the same where the user still may", async () => {
    const { store, hold, begun, release } = holdAnswers("read");
    const { server, connect } = await start({ store });
    const [ann, bob] = [await connect("ann"), await connect("bob")];
    await publish(bob, [custom("a")]);
    hold();
    const answer = ann.request({ type: "fetch", channel: "c", after: 0 });
    await begun;
    await server.revoke({ user: "ann" });
    release();
    expect(await answer).toMatchObject({ type: "fetched", events: [{ name: "a" }] });
  });

  test.each([["with"], ["without"]])(
    "of a subscribe is answered forbidden once, never by a subscription that is none (%s a channel)",
    async (how) => {
      const { store, hold, begun, release } = holdAnswers("head");
      const { server, connect, allowed } = await start({ store });
      const ann = await connect("ann");
      hold();
      const answer = ann.request({ type: "subscribe", channel: "c" });
      await begun;
      allowed.delete("c");
      await server.revoke({ user: "ann", ...(how === "with" && { channel: "c" }) });
      release();
      expect(await answer).toMatchObject({ type: "error", code: "forbidden" });
      expect((await ann.settle()).heads).toEqual({});
      expect(ann.unread).toEqual([]);
    },
  );

  test.each([
    { type: "subscribe" },
    { type: "fetch", after: 0 },
    { type: "list" },
    { type: "publish", writer: "writer-1", events: [custom("a")] },
    { type: "renew", writer: "writer-1", runIds: ["r"] },
    { type: "command", runId: "r", name: "cancel" },
  ])("is no yes from before: $type, allowed too early, is asked about again", async (request) => {
    const early = gate();
    const asked = gate();
    let count = 0;
    const { server, connect } = await start({
      authorize: async () => {
        count += 1;
        if (count > 1) return false;
        asked.open();
        await early.pass;
        return true;
      },
    });
    const ann = await connect("ann");
    const answer = ann.request({ ...request, channel: "c" });
    await asked.pass;
    await server.revoke({ user: "ann", channel: "c" });
    early.open();
    expect(await answer).toMatchObject({ type: "error", code: "forbidden" });
    expect(count).toBe(2);
  });

  test("of a command is its result: it is not shown any more", async () => {
    const { server, connect, allowed } = await start();
    const [ann, bob] = [await connect("ann"), await connect("bob")];
    await publish(bob, [started("r")]);
    const answer = ann.request({ type: "command", channel: "c", runId: "r", name: "look" });
    const { commandId } = await bob.nextOf("command");
    allowed.delete("c");
    await server.revoke({ user: "ann", channel: "c" });
    bob.send({ type: "handled", commandId, result: "secret" });
    const shown = await answer;
    expect(shown).toMatchObject({ type: "error", code: "forbidden" });
    expect(JSON.stringify(shown)).not.toContain("secret");
  });
});

describe("a user who is disconnected", () => {
  test("is closed 4409 on every connection, and nobody else is", async () => {
    const { server, connect } = await start();
    const [one, two, bob] = [await connect("ann"), await connect("ann"), await connect("bob")];
    await subscribe(one, "c");
    const count = server.disconnectUser("ann");
    expect(server.stats().subscriptions).toBe(0);
    expect(await count).toBe(2);
    for (const { closed } of [one, two])
      expect(await closed).toEqual({ code: 4409, reason: "ended by an administrator" });
    expect(await server.disconnectUser("ann")).toBe(0);
    expect(await bob.settle()).toMatchObject({ type: "pong" });
  });

  test("is closed 4409 instead of welcomed when their token was being checked", async () => {
    const answer = gate();
    const asked: string[] = [];
    const { server, open } = await start({
      authenticate: async ({ token = "" }) => {
        asked.push(token);
        await answer.pass;
        return { id: token };
      },
    });
    const [ann, bob] = [await open(), await open()];
    ann.send({ type: "hello", token: "ann" });
    bob.send({ type: "hello", token: "bob" });
    await expect.poll(() => asked.length).toBe(2);
    expect(await server.disconnectUser("ann")).toBe(0);
    answer.open();
    expect((await ann.closed).code).toBe(4409);
    expect(ann.unread).toEqual([]);
    expect(await bob.nextOf("welcome")).toMatchObject({ user: { id: "bob" } });
  });

  test("may come back where authenticate still knows them", async () => {
    const { server, connect } = await start();
    await connect("ann");
    server.disconnectUser("ann");
    expect(await (await connect("ann")).settle()).toMatchObject({ type: "pong" });
  });

  test("gets no answer to what was under way", async () => {
    const { store, hold, begun, release } = holdAnswers("read");
    const { server, connect } = await start({ store });
    const ann = await connect("ann");
    hold();
    ann.send({ type: "fetch", id: "1", channel: "c", after: 0 });
    await begun;
    server.disconnectUser("ann");
    release();
    expect((await ann.closed).code).toBe(4409);
    expect(ann.unread).toEqual([]);
  });
});

test.each([[undefined], [""], [7], [{ id: "ann" }]])(
  "%o is nobody's id, and an error rather than a ban that bans nobody",
  async (wrong) => {
    const { server } = await start();
    // Wrong on purpose; the types would not allow it.
    expect(() => server.disconnectUser(wrong as never)).toThrow("the id of a user");
    await expect(server.revoke({ user: wrong as never })).rejects.toThrow("the id of a user");
  },
);
