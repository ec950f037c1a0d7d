import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { custom } from "./support/sample-events.ts";
import { publish, startServer } from "./support/server-under-test.ts";

// A token is `user` or `user:milliseconds until it runs out`; `bad` is refused.
function authenticateBy(clock: FakeClock) {
  return ({ token = "bad" }: { readonly token?: string }) => {
    const [id = "", ttl] = token.split(":");
    if (id === "bad") return null;
    return ttl === undefined ? { id } : { id, expiresAt: clock.now() + Number(ttl) };
  };
}

test("[RW-CONN-11] takes a fresh token on the living connection, and the subscriptions go on", async () => {
  const clock = new FakeClock();
  const { connect } = await startServer({ clock, authenticate: authenticateBy(clock) });
  const connection = await connect("ann:60000");
  await connection.request({ type: "subscribe", channel: "c" });
  const answer = await connection.request({ type: "authenticate", token: "ann:120000" });
  expect(answer).toMatchObject({
    type: "authenticated",
    user: { id: "ann" },
    expiresAt: clock.now() + 120_000,
  });
  await publish(await connect("bob"), [custom("a", { priority: "high" })]);
  expect(await connection.nextOf("events")).toMatchObject({ events: [{ name: "a" }] });
});

test("[RW-CONN-11] authorizes the subscriptions anew after authenticate", async () => {
  const clock = new FakeClock();
  const allowed = new Set(["a", "b"]);
  const { connect } = await startServer({
    clock,
    authenticate: authenticateBy(clock),
    authorize: ({ channel }) => allowed.has(channel),
  });
  const connection = await connect("ann");
  await connection.request({ type: "subscribe", channel: "a" });
  await connection.request({ type: "subscribe", channel: "b" });
  allowed.delete("a");
  await connection.request({ type: "authenticate", token: "ann" });
  const ended = await connection.nextOf("unsubscribed");
  expect(ended).toEqual({ type: "unsubscribed", channel: "a", code: "forbidden" });
  expect((await connection.settle()).heads).toEqual({ b: 0 });
});

test("[RW-CONN-12] refuses a bad token and goes on with the old one", async () => {
  const clock = new FakeClock();
  const { connect } = await startServer({ clock, authenticate: authenticateBy(clock) });
  const connection = await connect("ann");
  const answer = await connection.request({ type: "authenticate", token: "bad" });
  expect(answer).toMatchObject({ type: "error", code: "unauthenticated" });
  expect(await publish(connection, [custom("a")])).toMatchObject({ type: "published" });
});

test("[RW-CONN-13] works for 10 s after the credentials ran out, then closes 4401", async () => {
  const clock = new FakeClock();
  const { connect } = await startServer({ clock, authenticate: authenticateBy(clock) });
  const connection = await connect("ann:1000");
  await clock.advance(10_900);
  expect(await publish(connection, [custom("a")])).toMatchObject({ type: "published" });
  await clock.advance(200);
  expect((await connection.closed).code).toBe(4401);
});

test("[RW-CONN-13] stays when a fresh token came within those 10 s", async () => {
  const clock = new FakeClock();
  const { connect } = await startServer({ clock, authenticate: authenticateBy(clock) });
  const connection = await connect("ann:1000");
  await clock.advance(10_000);
  await connection.request({ type: "authenticate", token: "ann:100000" });
  await clock.advance(20_000);
  expect(await connection.settle()).toMatchObject({ type: "pong" });
});

test("[RW-CONN-14] closes 4403 when the token is another user's", async () => {
  const clock = new FakeClock();
  const { connect } = await startServer({ clock, authenticate: authenticateBy(clock) });
  const connection = await connect("ann");
  connection.send({ type: "authenticate", id: "1", token: "bob" });
  expect((await connection.closed).code).toBe(4403);
});
