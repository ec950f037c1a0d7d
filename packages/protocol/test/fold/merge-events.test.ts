import { describe, expect, it } from "vitest";
import {
  emptyChannelState,
  type LoggedEvent,
  mergeEvents,
  reduceChannel,
  type UnknownEvent,
} from "../../src/index.js";

const runId = "r1";

function thinking(offset: number, delta: string, fields: object = {}): LoggedEvent {
  return {
    type: "agent_thinking",
    runId,
    time: offset * 10,
    offset,
    messageId: "m1",
    kind: "output",
    delta,
    ...fields,
  };
}

function tool(offset: number, fields: object = {}): LoggedEvent {
  return {
    type: "tool_executing",
    runId,
    time: offset * 10,
    offset,
    toolCallId: "t1",
    name: "grep",
    status: "running",
    ...fields,
  };
}

function custom(offset: number, fields: object): LoggedEvent {
  return { type: "custom", time: offset * 10, offset, name: "todo", ...fields };
}

function completed(offset: number): LoggedEvent {
  return { type: "agent_completed", runId, time: offset * 10, offset, outcome: "success" };
}

describe("mergeEvents", () => {
  it("joins the deltas of one message, neighbours or not, where the first stands", () => {
    const other = thinking(2, "x", { kind: "reasoning" });
    expect(mergeEvents([thinking(1, "a"), other, thinking(3, "b"), thinking(4, "c")])).toEqual([
      thinking(1, "abc"),
      other,
    ]);
  });

  it("joins the signs of one tool call: later fields, progress field by field, deltas joined", () => {
    const merged = mergeEvents([
      tool(1, { status: "preparing", inputDelta: "{", progress: { fraction: 0.1, message: "a" } }),
      tool(2, { inputDelta: "}", input: null }),
      tool(3, { progress: { fraction: 0.9, outputDelta: "o" } }),
      tool(4, { name: "grep 2", progress: { outputDelta: "k" } }),
    ]);
    expect(merged).toEqual([
      tool(1, {
        name: "grep 2",
        inputDelta: "{}",
        input: null,
        progress: { fraction: 0.9, message: "a", outputDelta: "ok" },
      }),
    ]);
  });

  it("takes data, time and priority of a keyed custom from the last, and no data where that has none", () => {
    expect(
      mergeEvents([
        custom(1, { key: "k", data: 1, priority: "high" }),
        custom(2, { key: "l", data: 2 }),
        custom(3, { key: "k" }),
        custom(4, { key: "l", data: 3, priority: "high" }),
      ]),
    ).toStrictEqual([
      custom(1, { key: "k", time: 30 }),
      custom(2, { key: "l", data: 3, priority: "high", time: 40 }),
    ]);
  });

  it("keeps apart what belongs to different runs, tools, names and keys", () => {
    const events = [
      thinking(1, "a"),
      thinking(2, "b", { runId: "r2" }),
      tool(3),
      tool(4, { toolCallId: "t2" }),
      custom(5, { key: "k" }),
      custom(6, { key: "k", runId }),
      custom(7, { key: "k", name: "note" }),
      custom(8, {}),
      custom(9, {}),
    ];
    const merged = mergeEvents(events);
    expect(merged.map((event, place) => event === events[place])).toEqual(events.map(() => true));
  });

  it("passes on what it does not merge as the same objects", () => {
    const unknown: UnknownEvent = { type: "agent_dreaming", time: 1, offset: 2 };
    const alone = tool(4);
    const merged = mergeEvents([thinking(1, "a"), unknown, thinking(3, "b"), alone, completed(5)]);
    expect(merged[1]).toBe(unknown);
    expect(merged[2]).toBe(alone);
  });

  it("joins nothing over the end of the tool or the run", () => {
    const done: LoggedEvent = {
      type: "tool_completed",
      runId,
      time: 2,
      offset: 2,
      toolCallId: "t1",
      outcome: "success",
    };
    expect(mergeEvents([tool(1), done, tool(3)])).toHaveLength(3);
    expect(mergeEvents([thinking(1, "a"), completed(2), thinking(3, "b")])).toHaveLength(3);
  });

  it("neither merges an event with unknown fields nor joins others over it", () => {
    const strange = thinking(2, "b", { mood: "good" });
    expect(mergeEvents([thinking(1, "a"), strange, thinking(3, "c"), thinking(4, "d")])).toEqual([
      thinking(1, "a"),
      strange,
      thinking(3, "cd"),
    ]);
    const inProgress = tool(2, { progress: { fraction: 1, speed: 3 } });
    expect(mergeEvents([tool(1), inProgress, tool(3)])).toHaveLength(3);
  });

  it("begins a new event where the joined one would pass the limit, in bytes of UTF-8", () => {
    const events = [thinking(1, "é"), thinking(2, "€"), thinking(3, '"'), thinking(4, "\u0000")];
    const whole = Buffer.byteLength(
      JSON.stringify(thinking(1, 'é€"\u0000', { offset: undefined })),
    );
    expect(mergeEvents(events, { maxEventBytes: whole })).toHaveLength(1);
    expect(mergeEvents(events, { maxEventBytes: whole - 1 })).toEqual([
      thinking(1, 'é€"'),
      thinking(4, "\u0000"),
    ]);
  });

  it("joins the halves of a surrogate pair", () => {
    const [merged] = mergeEvents([thinking(1, "\ud83d"), thinking(2, "\ude00")]);
    expect(merged).toMatchObject({ delta: "😀" });
  });

  it("measures a large input once, not again for each step of progress", () => {
    const input = "x".repeat(2_000_000);
    const steps = Array.from({ length: 2_000 }, (_, place) =>
      tool(place + 2, { progress: { fraction: place / 2_000 } }),
    );
    const startedAt = performance.now();
    expect(mergeEvents([tool(1, { input }), ...steps], { maxEventBytes: 3e6 })).toHaveLength(1);
    // Measured each time, this takes ten seconds and more; as it is, some 20 ms.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it("makes a long history short", () => {
    const started: LoggedEvent = {
      type: "agent_started",
      runId,
      time: 0,
      offset: 1,
      agent: { name: "a" },
    };
    const deltas = Array.from({ length: 998 }, (_, place) => thinking(place + 2, "word "));
    const history = [started, ...deltas, completed(1_000)];
    const merged = mergeEvents(history);
    expect(merged).toHaveLength(3);
    expect(reduceChannel(emptyChannelState, merged)).toEqual(
      reduceChannel(emptyChannelState, history),
    );
  });
});
