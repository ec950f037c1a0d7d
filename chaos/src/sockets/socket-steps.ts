import type { CutKind, Direction, DirectionPlan, FaultPlan } from "@runwire/testing";
import fc from "fast-check";
import type { Asking, Writing } from "../application/application.ts";

const clientCount = 3;

/** One step of a schedule. `client` is an index. */
export type SocketStep =
  | {
      readonly type: "write";
      readonly client: number;
      readonly what: Writing;
      readonly count: number;
    }
  | { readonly type: "publish"; readonly client: number }
  | { readonly type: "follow" | "unfollow" | "stop" | "loadOlder"; readonly client: number }
  | { readonly type: "followLatest"; readonly client: number; readonly runs: number }
  | { readonly type: "read"; readonly client: number; readonly from: "start" | "now" }
  | {
      readonly type: "ask";
      readonly client: number;
      /** Whose run, of those who have one. */
      readonly of: number;
      readonly asking: Asking;
    }
  | { readonly type: "cut"; readonly client: number; readonly by: CutKind }
  | { readonly type: "blackHole"; readonly client: number; readonly direction?: Direction }
  | { readonly type: "heal"; readonly client: number }
  | { readonly type: "kill" | "drain" | "deleteChannel" }
  | { readonly type: "pause"; readonly milliseconds: number };

/** What is played: what happens to the first connections of each client, byte by byte, and what everybody does. */
export interface SocketSchedule {
  readonly plans: readonly (readonly FaultPlan[])[];
  readonly steps: readonly SocketStep[];
}

/** How many bytes of a connection are of interest: the handshake and some frames. */
const manyBytes = 4_000;

const client = fc.nat({ max: clientCount - 1 });
const by = fc.constantFrom<CutKind[]>("fin", "rst");
const byte = fc.nat({ max: manyBytes });

const direction: fc.Arbitrary<DirectionPlan> = fc.record(
  {
    cutAt: fc.record({ byte, by }),
    blackHoleAt: byte,
    sliceBytes: fc.constantFrom(1, 7, 100, 1_000),
    delayMs: fc.constantFrom(1, 5, 20),
    bytesPerSecond: fc.constantFrom(50_000, 500_000),
  },
  { requiredKeys: [] },
);
const plan: fc.Arbitrary<FaultPlan> = fc.record(
  { up: direction, down: direction },
  { requiredKeys: [] },
);

const writing = fc.record({
  type: fc.constant("write"),
  client,
  what: fc.constantFrom<Writing[]>("start", "note", "note", "think", "say", "tool", "complete"),
  count: fc.integer({ min: 1, max: 6 }),
});
const reading = fc.oneof(
  fc.record({
    type: fc.constantFrom("follow", "follow", "follow", "unfollow", "stop", "loadOlder"),
    client,
  }),
  fc.record({ type: fc.constant("followLatest"), client, runs: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ type: fc.constant("read"), client, from: fc.constantFrom("start", "now") }),
);
const asking = fc.record({
  type: fc.constant("ask"),
  client,
  of: client,
  asking: fc.constantFrom<Asking[]>("touch", "touch", "cancel"),
});
const network = fc.oneof(
  fc.record({ type: fc.constant("cut"), client, by }),
  fc.record(
    {
      type: fc.constant("blackHole"),
      client,
      direction: fc.constantFrom<Direction[]>("up", "down"),
    },
    { requiredKeys: ["type", "client"] },
  ),
  fc.record({ type: fc.constant("heal"), client }),
);
const ending = fc.record({ type: fc.constantFrom("kill", "kill", "drain", "deleteChannel") });
const pausing = fc.record({
  type: fc.constant("pause"),
  milliseconds: fc.constantFrom(0, 1, 5, 20, 60),
});

const step: fc.Arbitrary<SocketStep> = fc.oneof(
  { weight: 12, arbitrary: writing },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("publish"), client }) },
  { weight: 6, arbitrary: reading },
  { weight: 3, arbitrary: asking },
  { weight: 4, arbitrary: network },
  { weight: 1, arbitrary: ending },
  { weight: 8, arbitrary: pausing },
);

/** Whole schedules. */
export const socketSchedules: fc.Arbitrary<SocketSchedule> = fc.record({
  plans: fc.array(fc.array(plan, { maxLength: 4 }), {
    minLength: clientCount,
    maxLength: clientCount,
  }),
  steps: fc.array(step, { minLength: 10, maxLength: 50, size: "max" }),
});
