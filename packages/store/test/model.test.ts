import fc from "fast-check";
import { expect, it } from "vitest";
import { createMemoryStore, type EventStore, type RunRow } from "../src/index.js";
import { createSqliteStore } from "../src/sqlite.js";
import {
  completed,
  custom,
  executed,
  executing,
  started,
  thinking,
} from "../src/testing/event-samples.js";

/**
 * The memory store is the model of the SQLite store: whatever happens, in whatever order, both answer alike, but
 * for names that are random (epochs, command ids), which are compared by where they appear first.
 */
const channels = ["one", "two"] as const;
const writers = ["w1", "w2", "w3"] as const;
const runIds = ["a", "b", "c"] as const;

const runEvent = (runId: string) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(started(runId, { leaseMs: 5_000 })) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(...runIds)
        .map((parentRunId) => started(runId, { leaseMs: 5_000, parentRunId })),
    },
    { weight: 4, arbitrary: fc.string({ maxLength: 20 }).map((delta) => thinking(runId, delta)) },
    { weight: 3, arbitrary: fc.constantFrom("t", "u").map((tool) => executing(runId, tool)) },
    { weight: 2, arbitrary: fc.constantFrom("t", "u").map((tool) => executed(runId, tool)) },
    { weight: 1, arbitrary: fc.constant(completed(runId)) },
    { weight: 1, arbitrary: fc.nat(9).map((data) => custom("todo", "k", data, runId)) },
  );
const channelEvent = fc
  .tuple(fc.constantFrom("todo", "plan"), fc.constantFrom(undefined, "k", "l"), fc.nat(9))
  .map(([name, key, data]) => custom(name, key, data));

const channel = fc.constantFrom(...channels);
const writer = fc.constantFrom(...writers);
const runId = fc.constantFrom(...runIds);
const actor = fc.constantFrom(
  { type: "server" } as const,
  { type: "user" } as const,
  { type: "user", id: "ann" } as const,
);
const append = fc.record({
  type: fc.constant("append" as const),
  channel,
  writer,
  id: fc.nat(30).map(String),
  actor,
  events: fc.oneof(
    {
      weight: 4,
      arbitrary: runId.chain((name) => fc.array(runEvent(name), { minLength: 1, maxLength: 5 })),
    },
    { weight: 1, arbitrary: fc.array(channelEvent, { minLength: 1, maxLength: 3 }) },
  ),
});
const step = fc.oneof(
  // Appends of one turn: one transaction where transactions cost.
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("turn" as const),
      appends: fc.array(append, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("wait" as const), ms: fc.nat(4_000) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("renew" as const),
      channel,
      writer,
      actor,
      take: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: "abandon" } as const) },
  { weight: 1, arbitrary: fc.constant({ type: "extend" } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("command" as const),
      channel,
      runId,
      id: fc.nat(3).map(String),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("answer" as const), channel, runId }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("trim" as const),
      channel,
      floor: fc.nat(40),
      // The epoch of which channel is named: of the other one nothing may be done.
      epochOf: fc.option(channel, { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("delete" as const), channel }) },
  { weight: 1, arbitrary: fc.constant({ type: "renewEpochs" } as const) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

async function take(store: EventStore, clock: { now: number }, one: Step): Promise<unknown> {
  switch (one.type) {
    case "turn":
      return Promise.all(one.appends.map((request) => store.append(request)));
    case "wait":
      clock.now += one.ms;
      return undefined;
    case "renew":
      return store.renew({ ...one, runIds });
    case "renewEpochs":
      return store.renewEpochs();
    case "extend":
      return store.extendLeases();
    case "abandon": {
      // Leases of one moment lapse in any order.
      const lapsed = (await store.lapsedRuns(100)).toSorted(byName);
      const ends = lapsed.map(({ channel, runId }) =>
        store.abandon({ channel, runId, event: completed(runId, "abandoned") }),
      );
      return [lapsed, await Promise.all(ends)];
    }
    case "command":
      return store.putCommand({ ...one, name: "cancel" }).then(withoutRandomId);
    case "answer": {
      const pending = await store.pendingCommands(one.channel, one.runId);
      const [first] = pending;
      if (first !== undefined)
        await store.answerCommand(one.channel, first.commandId, { type: "commanded" });
      return pending.map(withoutRandomId);
    }
    case "trim": {
      const epoch = one.epochOf && (await store.head(one.epochOf)).epoch;
      return store.trim(one.channel, one.floor, epoch);
    }
    case "delete":
      return store.deleteChannel(one.channel);
  }
}

function byName(one: RunRow, other: RunRow): number {
  return `${one.channel}/${one.runId}` < `${other.channel}/${other.runId}` ? -1 : 1;
}

function withoutRandomId<Row extends { readonly commandId: string }>({ commandId, ...row }: Row) {
  return { ...row, hasId: commandId !== "" };
}

async function everythingOf(store: EventStore): Promise<unknown> {
  const ofChannel = async (name: string) => ({
    head: await store.head(name),
    log: await store.read({ channel: name, after: 0, limit: 1000 }),
    pages: await Promise.all(
      [0, 3, 8].map((after) => store.read({ channel: name, after, limit: 3, maxBytes: 300 })),
    ),
    ofRuns: await Promise.all(
      runIds.map((id) => store.read({ channel: name, after: 1, limit: 4, runId: id })),
    ),
    runs: await Promise.all(runIds.map((id) => store.run(name, id))),
    list: await store.listRuns({ channel: name, limit: 2, maxDescendants: 1 }),
    before: await store.listRuns({ channel: name, limit: 1, before: "b" }),
    openRoots: await store.openRoots(name),
    kept: await Promise.all([1, 9].map((limit) => store.keptRuns({ channel: name, limit }))),
    custom: await Promise.all([4, 99].map((upTo) => store.latestCustom(name, upTo))),
  });
  return {
    channels: await store.listChannels({ limit: 9 }),
    each: await Promise.all(channels.map(ofChannel)),
  };
}

/** Epochs are random: each becomes the number of its first appearance. */
function createEpochNames() {
  const names = new Map<unknown, string>();
  return (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value ?? null, (key, member: unknown) => {
        if (key !== "epoch") return member;
        if (!names.has(member)) names.set(member, `epoch ${names.size}`);
        return names.get(member);
      }),
    );
}

async function expectWholeLog(store: EventStore): Promise<void> {
  for (const name of channels) {
    const { events, offset, floor } = await store.read({ channel: name, after: 0, limit: 1000 });
    const whole = events.map((event) => event.offset).filter((one) => one >= floor);
    expect(whole).toEqual(Array.from({ length: offset - floor + 1 }, (_, index) => floor + index));
  }
}

it("answers as its model does, step by step, and its log has no holes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const clocks = { model: { now: 1_000_000 }, real: { now: 1_000_000 } };
      const model = createMemoryStore({ clock: () => clocks.model.now });
      const real = createSqliteStore({ file: ":memory:", clock: () => clocks.real.now });
      const named = { model: createEpochNames(), real: createEpochNames() };
      try {
        for (const one of steps) {
          const expected = named.model(await take(model, clocks.model, one));
          expect(named.real(await take(real, clocks.real, one))).toEqual(expected);
        }
        expect(named.real(await everythingOf(real))).toEqual(
          named.model(await everythingOf(model)),
        );
        await expectWholeLog(real);
      } finally {
        await real.close();
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);
