import fc from "fast-check";
import type { Writing } from "../application/application.ts";

export const clientCount = 3;

/** One step of a schedule. `client` is an index. */
export type Step =
  | {
      readonly type: "write";
      readonly client: number;
      readonly what: Writing;
      readonly count: number;
    }
  | { readonly type: "publish"; readonly client: number }
  | { readonly type: "follow" | "unfollow" | "stop"; readonly client: number }
  | {
      readonly type: "read";
      readonly client: number;
      /** A number is a share of the log. */
      readonly from: "start" | "now" | number;
    }
  | { readonly type: "cut" | "hold" | "holdUp" | "holdDown" | "heal"; readonly client: number }
  | { readonly type: "kill" | "drain" | "wipe" }
  | { readonly type: "trim"; readonly share: number }
  | { readonly type: "revoke"; readonly client: number }
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
const reading = fc.oneof(
  fc.record({ type: fc.constantFrom("follow", "follow", "unfollow", "stop"), client }),
  fc.record({
    type: fc.constant("read"),
    client,
    from: fc.oneof(fc.constant("start"), fc.constant("now"), share),
  }),
);
const network = fc.record({
  type: fc.constantFrom("cut", "cut", "hold", "holdUp", "holdDown", "heal"),
  client,
});
const history = fc.oneof(
  fc.record({ type: fc.constantFrom("kill", "kill", "drain", "wipe") }),
  fc.record({ type: fc.constant("trim"), share }),
  fc.record({ type: fc.constant("revoke"), client }),
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
  { weight: 1, arbitrary: fc.record({ type: fc.constant("publish"), client }) },
  { weight: 5, arbitrary: reading },
  { weight: 4, arbitrary: network },
  { weight: 2, arbitrary: history },
  { weight: 8, arbitrary: passing },
);

/** Whole schedules. */
export const schedules = fc.array(step, { minLength: 8, maxLength: 60, size: "max" });
