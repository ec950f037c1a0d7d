import fc from "fast-check";
import type { Asking, Writing } from "../application/application.ts";

export const clientCount = 3;

/** One step of a schedule. `client` is an index. */
export type Step =
  | {
      readonly type: "write";
      readonly client: number;
      readonly what: Writing;
      readonly count: number;
    }
  /** Text that comes word by word, each in a publish of its own. */
  | { readonly type: "pour"; readonly client: number; readonly count: number }
  | { readonly type: "publish"; readonly client: number }
  | { readonly type: "follow" | "unfollow" | "stop" | "loadOlder"; readonly client: number }
  | {
      readonly type: "followLatest";
      readonly client: number;
      readonly runs: number;
      /** Asks for older ones at once. */
      readonly isImpatient: boolean;
    }
  | {
      readonly type: "ask";
      readonly client: number;
      /** Whose run, of those who have one. */
      readonly of: number;
      readonly asking: Asking;
      /** What happens to the way to whoever writes that run, meanwhile. */
      readonly meanwhile: "nothing" | "cut" | "flap";
    }
  | {
      readonly type: "read";
      readonly client: number;
      /** A number is a share of the log. */
      readonly from: "start" | "now" | number;
    }
  | {
      readonly type: "cut" | "hold" | "holdUp" | "holdDown" | "heal" | "wake" | "switch" | "flap";
      readonly client: number;
    }
  | { readonly type: "kill" | "drain" | "wipe" | "deleteChannel" }
  | { readonly type: "trim"; readonly share: number }
  | { readonly type: "revoke"; readonly client: number; readonly isTold: boolean }
  | { readonly type: "jump"; readonly milliseconds: number }
  | { readonly type: "advance" | "stall"; readonly milliseconds: number };

const client = fc.nat({ max: clientCount - 1 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

const writing = fc.record({
  type: fc.constant("write"),
  client,
  what: fc.constantFrom<Writing[]>(
    "start",
    "start",
    "note",
    "note",
    "think",
    "think",
    "say",
    "tool",
    "complete",
  ),
  count: fc.integer({ min: 1, max: 6 }),
});
const pouring = fc.record({
  type: fc.constant("pour"),
  client,
  count: fc.integer({ min: 2, max: 6 }),
});
const followingLatest = fc.record({
  type: fc.constant("followLatest"),
  client,
  runs: fc.integer({ min: 1, max: 3 }),
  isImpatient: fc.constantFrom(true, true, false),
});
const reading = fc.oneof(
  fc.record({
    type: fc.constantFrom("follow", "follow", "unfollow", "stop"),
    client,
  }),
  followingLatest,
  fc.record({ type: fc.constant("loadOlder"), client }),
  fc.record({
    type: fc.constant("read"),
    client,
    from: fc.oneof(fc.constant("start"), fc.constant("now"), share),
  }),
);
const asking = fc.record({
  type: fc.constant("ask"),
  client,
  of: client,
  asking: fc.constantFrom<Asking[]>("touch", "touch", "touch", "cancel"),
  meanwhile: fc.constantFrom("nothing", "cut", "flap"),
});
const network = fc.record({
  type: fc.constantFrom(
    "cut",
    "cut",
    "hold",
    "holdUp",
    "holdDown",
    "heal",
    "wake",
    "switch",
    "flap",
  ),
  client,
});
const history = fc.oneof(
  fc.record({ type: fc.constantFrom("kill", "kill", "drain") }),
  fc.record({ type: fc.constantFrom("wipe", "deleteChannel") }),
  fc.record({ type: fc.constant("trim"), share }),
  fc.record({ type: fc.constant("revoke"), client, isTold: fc.boolean() }),
  fc.record({
    type: fc.constant("jump"),
    milliseconds: fc.constantFrom(5_000, 3_600_000, -5_000, -3_600_000),
  }),
  fc.record({ type: fc.constant("stall"), milliseconds: fc.constantFrom(500, 5_000, 70_000) }),
);
const passing = fc.record({
  type: fc.constant("advance"),
  milliseconds: fc.constantFrom(0, 1, 30, 100, 300, 1_100, 5_100, 31_000),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: writing },
  { weight: 2, arbitrary: pouring },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("publish"), client }) },
  { weight: 7, arbitrary: reading },
  { weight: 4, arbitrary: asking },
  { weight: 6, arbitrary: network },
  { weight: 3, arbitrary: history },
  { weight: 8, arbitrary: passing },
);

/** Most of what can go wrong needs somebody who writes and somebody who reads. */
const opening: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constant("write"),
    client,
    what: fc.constantFrom<Writing[]>("start", "say"),
    count: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ type: fc.constant("follow"), client }),
  followingLatest,
  fc.record({ type: fc.constant("advance"), milliseconds: fc.constantFrom(30, 300) }),
);

/** Whole schedules. */
export const schedules: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    fc.array(opening, { maxLength: 12, size: "max" }),
    fc.array(step, { minLength: 8, maxLength: 60, size: "max" }),
  )
  .map(([first, others]) => [...first, ...others]);
