import { createRunwireClient } from "@runwire/client";
import { emptyChannelState, isKnownEvent, reduceChannel } from "@runwire/protocol";
import { expect } from "vitest";
import { type FaultProxy, readChannel, type TestServer } from "../../src/index.ts";

/** Come back at once: what is tried here is what a loss costs, not how long one waits after it. */
export const backoff = { firstMs: 1, maxMs: 2, attempts: 100_000 };

/** A run of which no two events can be merged, so that what was handed over can be counted. */
const toPublishes = (input: string): readonly (readonly object[])[] => [
  [{ type: "agent_started", agent: { name: "tester" }, input }],
  [{ type: "custom", name: "note", data: "one" }],
  [
    { type: "tool_executing", toolCallId: "t1", name: "grep", status: "running", input: "TODO" },
    { type: "tool_completed", toolCallId: "t1", outcome: "success", output: ["a.ts"] },
  ],
  [{ type: "custom", name: "note", data: "two" }],
  [{ type: "agent_completed", outcome: "success" }],
];

/**
 * One client follows a channel and writes a run to it, all by way of the proxy; whatever becomes of its connections,
 * each publish must be answered with its own place, each event must have been handed over once and in order, and the
 * state must be what the log folds to.
 */
export async function followThrough(
  runwire: TestServer,
  proxy: FaultProxy,
  channel: string,
  inputLength = 400,
): Promise<void> {
  const publishes = toPublishes("x".repeat(inputLength));
  const total = publishes.flat().length;
  const client = createRunwireClient({ url: proxy.through(runwire.url), backoff, lingerMs: 0 });
  const followed = client.channel(channel);
  const handedOver: number[] = [];
  const isOver = new Promise<void>((resolve) => {
    followed.subscribe((state, events) => {
      handedOver.push(...events.map(({ offset }) => offset));
      if (state.runs.r1?.status === "success") resolve();
    });
  });
  try {
    const answers = await Promise.all(publishes.map(publish));
    await isOver;
    expect(answers.map(({ offset }) => offset)).toEqual([1, 2, 3, 5, 6]);
    expect(handedOver).toEqual(Array.from({ length: total }, (_, index) => index + 1));
    const log = (await readChannel(runwire.server, channel)).filter(isKnownEvent);
    expect(log).toHaveLength(total);
    expect(followed.snapshot().state).toEqual(reduceChannel(emptyChannelState, log));
  } finally {
    await client.close();
  }

  function publish(events: readonly object[], index: number) {
    const texts = events.map((event) => JSON.stringify({ runId: "r1", time: index, ...event }));
    return client.publish({ channel, writer: "w", id: `${index}`, events: texts });
  }
}
