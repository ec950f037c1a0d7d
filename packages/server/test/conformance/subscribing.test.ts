import { describe, expect, test } from "vitest";
import { gate } from "./support/gate.ts";
import { custom, started } from "./support/sample-events.ts";
import { publish, startServer } from "./support/server-under-test.ts";

const high = { priority: "high" };

describe("[RW-SUB-1] a second subscribe of a channel ends the first", () => {
  test("and delivery begins where the second asked", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    const { epoch } = await publish(connection, [custom("a"), custom("b")]);
    await connection.request({ type: "subscribe", channel: "c", from: "now" });
    const from = { epoch, offset: 1 };
    const second = await connection.request({ type: "subscribe", channel: "c", from });
    expect(second).toMatchObject({ type: "subscribed", from: 1, offset: 2 });
    expect(await connection.nextOf("events")).toMatchObject({ after: 1, offset: 2 });
    await publish(connection, [custom("d", high)]);
    expect(await connection.nextOf("events")).toMatchObject({ after: 2, offset: 3 });
    await connection.settle();
    expect(connection.unread.filter(({ type }) => type === "events")).toEqual([]);
  });

  test.each([
    ["refused", { type: "subscribe", channel: "c" }, "forbidden"],
    ["badly formed", { type: "subscribe", channel: "c", runs: 0 }, "bad_message"],
  ])("also when the second is %s", async (_, again, code) => {
    let mayRead = true;
    const { connect } = await startServer({
      authorize: ({ user, action }) => user.id !== "ann" || action !== "subscribe" || mayRead,
    });
    const [ann, bob] = [await connect("ann"), await connect("bob")];
    await ann.request({ type: "subscribe", channel: "c" });
    mayRead = code !== "forbidden";
    expect(await ann.request(again)).toMatchObject({ type: "error", code });
    await bob.request({ type: "subscribe", channel: "c" });
    await publish(bob, [custom("a", high)]);
    await bob.nextOf("events");
    expect((await ann.settle()).heads).toEqual({});
    expect(ann.unread.filter(({ type }) => type === "events")).toEqual([]);
  });
});

test("[RW-SUB-2] answers subscribe and unsubscribe of a channel in the order of their sending", async () => {
  const { pass, open: letAnswer } = gate();
  let asked = 0;
  const { connect } = await startServer({
    // The first question takes longest: the others must not overtake it.
    authorize: async () => {
      asked += 1;
      if (asked === 1) await pass;
      return true;
    },
  });
  const connection = await connect("ann");
  const answered: (string | undefined)[] = [];
  connection.onMessage(({ type, id }) => {
    if (type === "subscribed" || type === "unsubscribed") answered.push(id);
  });
  const kinds = ["subscribe", "unsubscribe", "subscribe", "subscribe", "unsubscribe", "subscribe"];
  for (const [index, type] of kinds.entries())
    connection.send({ type, id: `${index}`, channel: "c" });
  await connection.settle();
  expect(answered).toEqual([]);
  letAnswer();
  await connection.next(({ id }) => id === "5");
  expect(answered).toEqual(["0", "1", "2", "3", "4", "5"]);
  expect((await connection.settle()).heads).toEqual({ c: 0 });
});

test("[RW-SUB-4] answers unsubscribed where nothing is subscribed", async () => {
  const { connect } = await startServer();
  const answer = await (await connect()).request({ type: "unsubscribe", channel: "c" });
  expect(answer).toMatchObject({ type: "unsubscribed", channel: "c" });
  expect(answer).not.toHaveProperty("code");
});

test("[RW-SUB-5] sends no events of a channel after unsubscribed, whatever was on its way", async () => {
  const { connect } = await startServer();
  const [connection, other] = [await connect(), await connect()];
  await other.request({ type: "subscribe", channel: "c" });
  await connection.request({ type: "subscribe", channel: "c" });
  await publish(other, [started("r")]);
  const late: string[] = [];
  connection.onMessage(({ type }) => late.push(type));
  const writes = Array.from({ length: 20 }, (_, index) =>
    publish(other, [custom(`${index}`, high)], { id: `p${index}` }),
  );
  await connection.request({ type: "unsubscribe", channel: "c" });
  await Promise.all(writes);
  await other.next(({ type, offset }) => type === "events" && offset === 21);
  await connection.settle();
  expect(late.slice(late.indexOf("unsubscribed") + 1)).toEqual(["pong"]);
});

test("[RW-SUB-6] begins at the head when asked from now", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  await publish(connection, [custom("a"), custom("b")]);
  const answer = await connection.request({ type: "subscribe", channel: "c", from: "now" });
  expect(answer).toMatchObject({ offset: 2, from: 2 });
  await publish(connection, [custom("d", high)]);
  const range = await connection.nextOf("events");
  expect(range).toMatchObject({ after: 2, offset: 3, events: [{ name: "d", offset: 3 }] });
});

test("[RW-SUB-7] answers one subscription too many with too_many_subscriptions, and the others go on", async () => {
  const { connect } = await startServer({ limits: { maxSubscriptions: 2 } });
  const connection = await connect();
  const subscribe = (channel: string) => connection.request({ type: "subscribe", channel });
  await subscribe("a");
  await subscribe("b");
  expect(await subscribe("c")).toMatchObject({ type: "error", code: "too_many_subscriptions" });
  expect(await subscribe("a")).toMatchObject({ type: "subscribed" });
  await connection.request({ type: "unsubscribe", channel: "b" });
  expect(await subscribe("c")).toMatchObject({ type: "subscribed" });
  expect(Object.keys((await connection.settle()).heads ?? {}).sort()).toEqual(["a", "c"]);
});
