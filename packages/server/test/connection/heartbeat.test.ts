import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import type { Connection } from "../../src/connection/connection.ts";
import { Heartbeat } from "../../src/connection/heartbeat.ts";

const options = { intervalMs: 30_000, timeoutMs: 60_000 };

/** The part of a connection that the heartbeat sees. */
class Peer {
  readonly clock: FakeClock;
  readonly pings: number[] = [];
  readonly outbox = { isStuck: () => this.isStuck };
  heardAt: number;
  isPaused = false;
  isStuck = false;
  answers = true;
  end: string | undefined;

  constructor(clock: FakeClock) {
    this.clock = clock;
    this.heardAt = clock.monotonic();
  }

  ping(): void {
    this.pings.push(this.clock.monotonic());
    if (this.answers) this.heardAt = this.clock.monotonic();
  }

  forgive(milliseconds: number): void {
    this.heardAt += milliseconds;
  }

  close(why: string): void {
    this.end = why;
  }

  terminate(): void {
    this.end ??= "terminated";
  }
}

function createHeartbeat() {
  const clock = new FakeClock();
  const heartbeat = new Heartbeat(clock, options);
  const add = () => {
    const peer = new Peer(clock);
    // It uses nothing else of a connection.
    heartbeat.add(peer as unknown as Connection);
    return peer;
  };
  const remove = (peer: Peer) => heartbeat.remove(peer as unknown as Connection);
  return { clock, heartbeat, add, remove };
}

test("every peer is pinged once in each round, those that came at different times in different moments", async () => {
  const { clock, add } = createHeartbeat();
  const peers: Peer[] = [];
  for (let count = 0; count < 30; count += 1) {
    peers.push(add());
    await clock.advance(1_000);
  }
  await clock.advance(60_000);
  for (const { pings } of peers)
    for (const [index, at] of pings.slice(1).entries())
      expect(at - (pings[index] ?? 0)).toBe(30_000);
  const first = peers.map(({ pings }) => pings[0]);
  expect(new Set(first).size).toBe(30);
});

test("the first ping of a peer that comes alone comes after one whole round", async () => {
  const { clock, add } = createHeartbeat();
  await clock.advance(7_000);
  const peer = add();
  await clock.advance(29_000);
  expect(peer.pings).toEqual([]);
  await clock.advance(1_000);
  expect(peer.pings).toEqual([37_000]);
});

test("of 300 peers that came together no more than 10 are pinged together", async () => {
  const { clock, add } = createHeartbeat();
  await clock.advance(7_000);
  const peers = Array.from({ length: 300 }, add);
  await clock.advance(30_000);
  expect(peers.map(({ pings }) => pings.length)).toEqual(peers.map(() => 1));
  const first = peers.map(({ pings: [at] }) => at);
  for (const moment of new Set(first)) expect(first.filter((at) => at === moment)).toHaveLength(10);
});

test("of 3,000 that came together 25 at most are pinged together, and each once in a round", async () => {
  const { clock, add } = createHeartbeat();
  const peers = Array.from({ length: 3_000 }, add);
  await clock.advance(91_000);
  for (const { pings } of peers) expect([3, 4]).toContain(pings.length);
  const counts = new Map<number, number>();
  for (const at of peers.flatMap(({ pings }) => pings)) counts.set(at, (counts.get(at) ?? 0) + 1);
  expect(Math.max(...counts.values())).toBe(25);
});

test("who is removed between two pings of their part is left alone", async () => {
  const { clock, add, remove } = createHeartbeat();
  const peers = Array.from({ length: 30 * 50 }, add);
  await clock.advance(1_000);
  const left = peers.filter(({ pings }) => pings.length === 0);
  expect(left).toHaveLength(peers.length - 25);
  for (const peer of left) remove(peer);
  await clock.advance(60_000);
  expect(left.filter(({ pings }) => pings.length > 0)).toEqual([]);
});

test("an end between two pings of a part leaves the others of it alone", async () => {
  const { clock, heartbeat, add } = createHeartbeat();
  const peers = Array.from({ length: 30 * 50 }, add);
  await clock.advance(1_000);
  heartbeat.close();
  await clock.advance(60_000);
  expect(peers.filter(({ pings }) => pings.length > 0)).toHaveLength(25);
});

test("a silent peer is ended 60 s after it was last heard, one that answers never", async () => {
  const { clock, add } = createHeartbeat();
  const [silent, alive] = [add(), add()];
  silent.answers = false;
  await clock.advance(59_000);
  expect(silent.end).toBeUndefined();
  await clock.advance(1_000);
  expect(silent.end).toBe("terminated");
  await clock.advance(600_000);
  expect(alive.end).toBeUndefined();
});

test("a peer that is left unread is not judged by its silence", async () => {
  const { clock, add } = createHeartbeat();
  const peer = add();
  peer.answers = false;
  peer.isPaused = true;
  await clock.advance(600_000);
  expect(peer.end).toBeUndefined();
  peer.isPaused = false;
  await clock.advance(61_000);
  expect(peer.end).toBe("terminated");
});

test("a peer that takes nothing is ended as a slow reader", async () => {
  const { clock, add } = createHeartbeat();
  const peer = add();
  peer.isStuck = true;
  await clock.advance(1_000);
  expect(peer.end).toBe("slowReader");
});

test("a stall of this process ends nobody, and the silence after it counts again", async () => {
  const { clock, add } = createHeartbeat();
  const peer = add();
  peer.answers = false;
  await clock.advance(20_000);
  await clock.stall(300_000);
  expect(peer.end).toBeUndefined();
  await clock.advance(35_000);
  expect(peer.end).toBeUndefined();
  await clock.advance(10_000);
  expect(peer.end).toBe("terminated");
});

test("whoever was removed, and everybody after the end, is left alone", async () => {
  const { clock, heartbeat, add, remove } = createHeartbeat();
  const [gone, left] = [add(), add()];
  remove(gone);
  await clock.advance(31_000);
  expect([gone.pings.length, left.pings.length]).toEqual([0, 1]);
  heartbeat.close();
  await clock.advance(600_000);
  expect([left.pings.length, left.end]).toEqual([1, undefined]);
});
