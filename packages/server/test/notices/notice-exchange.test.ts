import { createMemoryStore, type EventStore, type Notice } from "@runwire/store";
import { FakeClock, settle } from "@runwire/testing";
import { expect, onTestFinished, test } from "vitest";
import { NoticeExchange } from "../../src/notices/notice-exchange.ts";
import { createCollectingLogger } from "../support/collecting-logger.ts";

const left = (user: string): Notice => ({ kind: "disconnect", user });

/** The other servers' store, of which `ask` is how this server reaches its notices. */
function createStore(clock: FakeClock) {
  const store = createMemoryStore({ clock: () => clock.now() });
  const { notices } = store;
  const direct: EventStore["notices"] = (request) => Reflect.apply(notices, store, [request]);
  const way = { ask: direct };
  store.notices = (request) => way.ask(request);
  const tell = (...users: string[]) =>
    Promise.all(users.map((user) => store.putNotice("other", left(user))));
  return { store, way, direct, tell };
}

/** Hears what others tell on `store`, somebody being connected. */
function listen(store: EventStore, clock: FakeClock) {
  const heard: string[] = [];
  const { logger, lines } = createCollectingLogger();
  const exchange = new NoticeExchange(
    { store, clock, logger },
    {
      hasConnections: true,
      onNotice: ({ user }) => void heard.push(user),
      onMissed: () => void heard.push("missed"),
    },
  );
  onTestFinished(() => exchange.close());
  return { exchange, heard, lines };
}

test("hears everything once and in its order, however much was told at once", async () => {
  const clock = new FakeClock();
  const { store, tell } = createStore(clock);
  const { heard } = listen(store, clock);
  await settle();
  const users = Array.from({ length: 2_500 }, (_, index) => `user-${index}`);
  await tell(...users);
  await clock.advance(500);
  expect(heard).toEqual(users);
  await tell("late");
  await clock.advance(500);
  expect(heard).toEqual([...users, "late"]);
});

test("asks one question at a time, asks anew when none answers for 5 s, and hears no late answer", async () => {
  const clock = new FakeClock();
  const { store, way, direct, tell } = createStore(clock);
  const { heard } = listen(store, clock);
  await settle();
  const held: (() => void)[] = [];
  way.ask = async (request) => {
    const page = await direct(request);
    await new Promise<void>((resolve) => held.push(resolve));
    return page;
  };
  await tell("ann");
  await clock.advance(5_000);
  expect(held).toHaveLength(1);
  way.ask = direct;
  await clock.advance(500);
  expect(heard).toEqual(["ann"]);
  held[0]?.();
  await settle();
  await tell("bob");
  await clock.advance(500);
  expect(heard).toEqual(["ann", "bob"]);
});

test.each([
  [59_000, ["bob"]],
  [60_000, ["missed"]],
])(
  "a server that %i ms after its start learns where the others stand hears what concerns it: %j",
  async (afterMs, expected) => {
    const clock = new FakeClock();
    const { store, way, direct, tell } = createStore(clock);
    await tell("before");
    way.ask = () => Promise.reject(new Error("the disk is somewhere else"));
    const { heard } = listen(store, clock);
    await clock.advance(afterMs);
    // Long enough to forget what was told before the start, by the clock of the store.
    clock.setTimeOfDay(clock.now() + 1_000);
    await tell("bob");
    way.ask = direct;
    await clock.advance(500);
    expect(heard).toEqual(expected);
  },
);

test("asks nothing and leaves no timer after it was closed, or where nobody listens", async () => {
  const clock = new FakeClock();
  const { store, way, tell } = createStore(clock);
  const { exchange, heard } = listen(store, clock);
  await settle();
  await tell("ann");
  exchange.close();
  way.ask = () => Promise.reject(new Error("asked"));
  new NoticeExchange({ store, clock, logger: createCollectingLogger().logger }, undefined);
  await clock.advance(5_000);
  expect(heard).toEqual([]);
  expect(clock.pending()).toEqual([]);
});

test("does not complain of a store that was closed before it", async () => {
  const clock = new FakeClock();
  const { store } = createStore(clock);
  const { lines } = listen(store, clock);
  await settle();
  await store.close();
  await clock.advance(5_000);
  expect(lines).toEqual([]);
});
