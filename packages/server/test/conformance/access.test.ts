import { FakeClock } from "@runwire/testing";
import { describe, expect, test } from "vitest";
import { custom, started } from "./support/sample-events.ts";
import { publish, startServer } from "./support/server-under-test.ts";

const forbidden = { type: "error", code: "forbidden" };

test.each([
  { type: "subscribe" },
  { type: "subscribe", from: { epoch: "e", offset: 1 } },
  { type: "fetch", after: 0 },
  { type: "fetch", after: 0, runId: "r" },
  { type: "list" },
  { type: "list", before: "r" },
  { type: "publish", writer: "writer-1", events: [custom("a")] },
  { type: "renew", writer: "writer-1", runIds: ["r"] },
  { type: "renew", writer: "writer-2", runIds: ["r"], take: true },
  { type: "command", runId: "r", name: "cancel" },
])(
  "[RW-SUB-27] refuses $type alike for a channel that exists and one that does not",
  async (request) => {
    const { connect } = await startServer({ authorize: ({ user }) => user.id === "ann" });
    const [ann, eve] = [await connect("ann"), await connect("eve")];
    await publish(ann, [started("r")], { channel: "exists" });
    const [real, none] = [
      await eve.request({ ...request, channel: "exists", id: "same" }),
      await eve.request({ ...request, channel: "exists-not", id: "same" }),
    ];
    expect(real).toMatchObject(forbidden);
    const asText = (answer: object) => JSON.stringify(answer).replaceAll(/exists(-not)?/g, "…");
    expect(asText(real)).toBe(asText(none));
  },
);

describe("[RW-SUB-27] authorization", () => {
  test("is asked at each request, not once for a connection", async () => {
    let isAllowed = true;
    const { connect } = await startServer({ authorize: () => isAllowed });
    const connection = await connect("ann");
    const fetch = { type: "fetch", channel: "c", after: 0 };
    expect(await connection.request(fetch)).toMatchObject({ type: "fetched" });
    isAllowed = false;
    expect(await connection.request(fetch)).toMatchObject(forbidden);
  });

  test("lets nobody do anything when the application's answer throws, and does not show what it threw", async () => {
    const { connect } = await startServer({
      authorize: () => {
        throw new Error("the database of rights is down: SELECT * FROM rights");
      },
    });
    const answer = await (await connect("ann")).request({ type: "list", channel: "c" });
    expect(answer).toMatchObject({ type: "error", code: "internal" });
    expect(JSON.stringify(answer)).not.toContain("SELECT");
  });

  test("asks what is done: subscribe, publish or command", async () => {
    const asked: string[] = [];
    const { connect } = await startServer({
      authorize: ({ user, action, channel }) => {
        asked.push(`${user.id} ${action} ${channel}`);
        return true;
      },
    });
    const connection = await connect("ann");
    await connection.request({ type: "list", channel: "c" });
    await publish(connection, [started("r")]);
    await connection.request({ type: "command", channel: "c", runId: "stranger", name: "cancel" });
    expect([...new Set(asked)]).toEqual(["ann subscribe c", "ann publish c", "ann command c"]);
  });
});

test("[RW-SUB-27] asks at each page of a long replay, and ends one that is refused in the middle", async () => {
  let answers = 0;
  const { connect } = await startServer({
    replay: { pageEvents: 10 },
    authorize: ({ user, action }) => {
      if (user.id === "ann" && action === "subscribe") answers += 1;
      return answers <= 3;
    },
  });
  const [ann, bob] = [await connect("ann"), await connect("bob")];
  await publish(
    bob,
    Array.from({ length: 200 }, (_, index) => custom(`${index}`)),
  );
  expect(await ann.request({ type: "subscribe", channel: "c" })).toMatchObject({ offset: 200 });
  const ended = await ann.nextOf("unsubscribed");
  expect(ended).toEqual({ type: "unsubscribed", channel: "c", code: "forbidden" });
  const reached = ann.unread.map(({ type, offset = 0 }) => (type === "events" ? offset : 0));
  expect(Math.max(...reached)).toBeLessThan(200);
});

test("[RW-SUB-28] asks again while a subscription lasts, and ends one that is refused then", async () => {
  const clock = new FakeClock();
  let isAllowed = true;
  const { connect } = await startServer({
    clock,
    auth: { revalidateMs: 60_000 },
    authorize: ({ user }) => user.id === "bob" || isAllowed,
  });
  const [ann, bob] = [await connect("ann"), await connect("bob")];
  await ann.request({ type: "subscribe", channel: "c" });
  await bob.request({ type: "subscribe", channel: "c" });
  isAllowed = false;
  await clock.advance(61_000);
  const ended = await ann.nextOf("unsubscribed");
  expect(ended).toEqual({ type: "unsubscribed", channel: "c", code: "forbidden" });
  await publish(bob, [custom("secret", { priority: "high" })]);
  expect(await bob.nextOf("events")).toMatchObject({ offset: 1 });
  await ann.settle();
  expect(ann.unread.filter(({ type }) => type === "events")).toEqual([]);
});
