import { queryObjects } from "node:v8";
import { createMemoryStore } from "@runwire/store";
import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { BatchWindow } from "../../src/channels/batch-window.ts";
import { ChannelHub } from "../../src/channels/channel-hub.ts";
import { ChannelHubs } from "../../src/channels/channel-hubs.ts";
import { EventLog } from "../../src/log/event-log.ts";
import { silentLogger } from "../../src/logger.ts";
import { defaultServerOptions } from "../../src/options.ts";

/** Hubs of a store that tells nobody of what others append, and says of which channels it was asked. */
function createHubs() {
  const clock = new FakeClock();
  const asked: string[] = [];
  const memory = createMemoryStore();
  const store = {
    ...memory,
    watch: () => () => {},
    head(channel: string) {
      asked.push(channel);
      return memory.head(channel);
    },
  };
  const { batch, replay, limits } = defaultServerOptions;
  const hubs = new ChannelHubs(new EventLog(store, silentLogger), {
    ...{ clock, logger: silentLogger, batch, replay, maxEventBytes: limits.maxEventBytes },
    window: new BatchWindow(clock, batch),
    onHistoryChanged: () => {},
  });
  const follow = (channel: string) => {
    const hub = hubs.acquire(channel);
    hub.add({ offer: () => {}, reset: () => {} });
    return hub;
  };
  const takeAsked = () => asked.splice(0);
  return { clock, hubs, follow, takeAsked };
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);

test.each([1, 400, 2_000])(
  "compares each of %i channels with the store once in 5 s",
  async (count) => {
    const { clock, follow, takeAsked } = createHubs();
    for (const name of names(count)) follow(name);
    for (let round = 0; round < 3; round += 1) {
      await clock.advance(5_000);
      expect(takeAsked().sort()).toEqual(names(count).sort());
    }
  },
);

test("asks about a part of many channels at a time, so that nobody waits for all", async () => {
  const { clock, follow, takeAsked } = createHubs();
  for (const name of names(2_000)) follow(name);
  await clock.advance(5_000);
  takeAsked();
  for (let part = 0; part < 5; part += 1) {
    await clock.advance(1_000);
    expect(takeAsked()).toHaveLength(400);
  }
});

test("leaves nobody out, whoever comes and goes meanwhile", async () => {
  const { clock, hubs, follow, takeAsked } = createHubs();
  const stay = names(1_000);
  for (const name of stay) follow(name);
  for (let part = 0; part < 60; part += 1) {
    const passing = follow(`passing${part}`);
    await clock.advance(200);
    passing.dispose();
    hubs.release(passing);
  }
  const asked = takeAsked();
  for (const name of stay) expect(asked.filter((each) => each === name).length).toBeGreaterThan(0);
});

test("holds no hub that nobody follows any more", async () => {
  const { clock, hubs } = createHubs();
  const before = queryObjects(ChannelHub, { format: "count" });
  const acquire = (from: number, to: number) =>
    names(to)
      .slice(from)
      .map((name) => hubs.acquire(name));
  const release = (from: number, to: number) => {
    // Those that are there already are given once more.
    for (const hub of acquire(from, to)) hubs.release(hub);
  };
  acquire(0, 10);
  await clock.advance(5_000); // a round is under way
  acquire(10, 500); // so many that their table is made anew
  release(0, 500);
  await clock.advance(5_000);
  expect(queryObjects(ChannelHub, { format: "count" })).toBe(before);
  hubs.close();
});
