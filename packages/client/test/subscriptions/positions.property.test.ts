import { emptyChannelState, type LoggedEvent, reduceChannel } from "@runwire/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LinkedSocket } from "../support/linked-socket.js";
import { range, said, setUp, started, subscribed } from "../support/set-up.js";

/** The log: a run that says its own offsets, so that a hole or a double shows in the text. */
const log = [
  started(1),
  ...Array.from({ length: 39 }, (_, index) => said(index + 2, `${index + 2},`)),
];
const head = log.length;

/** What a bad network and a bad server do to the frames of one connection. */
const fault = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("next" as const),
      size: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("repeat" as const),
      back: fc.nat(8),
      size: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("skip" as const),
      size: fc.integer({ min: 1, max: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const) }) },
);

/** A server that holds the log, answers what it is asked, and sends what the faults say. */
function createServer(setup: ReturnType<typeof setUp>) {
  let socket: LinkedSocket;
  let answered: unknown;
  let sentTo = 0;

  return { connect, act, finish };

  async function connect(): Promise<void> {
    const before = setup.sockets.length;
    while (setup.sockets.length === before) await setup.clock.advance(100);
    socket = await setup.connect();
    await answer();
  }

  async function answer(): Promise<void> {
    const asked = socket.last("subscribe");
    if (asked.id === answered) return;
    answered = asked.id;
    const from = asked.from as "start" | { readonly offset: number };
    sentTo = from === "start" ? 0 : from.offset;
    await subscribed(socket, { offset: head, from: sentTo });
  }

  async function send(after: number, to: number): Promise<void> {
    const offset = Math.min(to, head);
    if (after < offset) await socket.say(range(after, offset, log.slice(after, offset)));
  }

  async function act(
    step: typeof fault extends fc.Arbitrary<infer Step> ? Step : never,
  ): Promise<void> {
    if (step.kind === "cut") {
      await socket.end();
      return connect();
    }
    if (step.kind === "repeat")
      await send(Math.max(0, sentTo - step.back), sentTo - step.back + step.size);
    else if (step.kind === "skip") await send(sentTo + 1, sentTo + 1 + step.size);
    else {
      await send(sentTo, sentTo + step.size);
      sentTo = Math.min(head, sentTo + step.size);
    }
    await setup.clock.advance(1_000);
    await answer();
  }

  async function finish(): Promise<void> {
    while (sentTo < head) await act({ kind: "next", size: 9 });
  }
}

describe("a subscription on a bad network", () => {
  it("[RW-SUB-11 RW-SUB-12] hands out each event once, in order and without a hole, and folds to the same state", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 25 }), async (faults) => {
        const setup = setUp();
        const channel = setup.client.channel("chat:1");
        const offsets: number[] = [];
        channel.subscribe((_, events) => offsets.push(...events.map(({ offset }) => offset)));
        const server = createServer(setup);
        await server.connect();
        for (const step of faults) await server.act(step);
        await server.finish();
        expect(offsets).toEqual(log.map((_, index) => index + 1));
        expect(channel.snapshot().state).toEqual(
          reduceChannel(emptyChannelState, log as LoggedEvent[]),
        );
      }),
      { numRuns: 60 },
    );
  });
});
