import fc from "fast-check";
import type { Asking, Writing } from "../application/application.ts";
import { clientCount, type Step } from "./steps.ts";

type Steps = fc.Arbitrary<Step>;

const client = fc.nat({ max: clientCount - 1 });
/** Second processes are fewer, and act only where they are. */
const process = fc.oneof(
  { weight: 3, arbitrary: client },
  { weight: 1, arbitrary: fc.integer({ min: clientCount, max: 2 * clientCount - 1 }) },
);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const place = fc.constantFrom<(0 | 1)[]>(0, 0, 1);

const writing: Steps = fc.record({
  type: fc.constant("write"),
  client: process,
  what: fc.constantFrom<Writing[]>(
    ...(["start", "start", "note", "note", "think", "think", "say", "tool", "complete"] as const),
  ),
  count: fc.integer({ min: 1, max: 6 }),
});
const starting: Steps = fc.record({
  type: fc.constant("write"),
  client,
  what: fc.constantFrom<Writing[]>("start", "say"),
  count: fc.integer({ min: 1, max: 3 }),
});
const completing: Steps = fc.record({
  type: fc.constant("write"),
  client,
  what: fc.constantFrom<Writing[]>("complete"),
  count: fc.constant(1),
});
const pouring: Steps = fc.record({
  type: fc.constant("pour"),
  client: process,
  count: fc.integer({ min: 2, max: 6 }),
});
const publishing: Steps = fc.record({ type: fc.constant("publish"), client: process });
const following: Steps = fc.record({ type: fc.constant("follow"), client: process });
const followingLatest: Steps = fc.record({
  type: fc.constant("followLatest"),
  client: process,
  runs: fc.integer({ min: 1, max: 3 }),
  isImpatient: fc.constantFrom(true, true, false),
});
const loadingOlder: Steps = fc.record({ type: fc.constant("loadOlder"), client });
const reading: Steps = fc.oneof(
  fc.record({
    type: fc.constantFrom("follow", "follow", "unfollow", "stop"),
    client: process,
  }),
  followingLatest,
  loadingOlder,
  fc.record({
    type: fc.constant("read"),
    client: process,
    from: fc.oneof(fc.constant("start"), fc.constant("now"), share),
  }),
);
const asking: Steps = fc.record({
  type: fc.constant("ask"),
  client: process,
  of: fc.nat({ max: 2 * clientCount - 1 }),
  asking: fc.constantFrom<Asking[]>("touch", "touch", "touch", "cancel"),
  meanwhile: fc.constantFrom("nothing", "cut", "flap"),
});
const cutting: Steps = fc.record({ type: fc.constantFrom("cut", "flap", "heal"), client });
const network: Steps = fc.record({
  type: fc.constantFrom(
    ...(["cut", "cut", "hold", "holdUp", "holdDown", "heal", "wake", "switch", "flap"] as const),
  ),
  client: process,
});
const moving: Steps = fc.record({ type: fc.constant("move"), client: process });
const taking: Steps = fc.record({ type: fc.constant("take"), client: process });
const ending: Steps = fc.record({
  type: fc.constantFrom("kill", "kill", "drain", "leave"),
  place,
});
const trimming: Steps = fc.record({ type: fc.constant("trim"), share });
const keeping: Steps = fc.record({
  type: fc.constant("retain"),
  policy: fc.oneof(
    fc.record({ maxEvents: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ maxBytes: fc.integer({ min: 100, max: 3_000 }) }),
    fc.record({ maxAgeMs: fc.integer({ min: 100, max: 20_000 }) }),
  ),
});
const revoking: Steps = fc.record({ type: fc.constant("revoke"), client, isTold: fc.boolean() });
const history: Steps = fc.oneof(
  ending,
  fc.record({ type: fc.constantFrom("wipe", "deleteChannel") }),
  trimming,
  revoking,
  fc.record({
    type: fc.constant("jump"),
    milliseconds: fc.constantFrom(5_000, 3_600_000, -5_000, -3_600_000),
  }),
  fc.record({ type: fc.constant("stall"), milliseconds: fc.constantFrom(500, 5_000, 70_000) }),
);
const passing: Steps = fc.record({
  type: fc.constant("advance"),
  milliseconds: fc.constantFrom(0, 1, 30, 100, 300, 1_100, 5_100, 31_000),
});
const moment: Steps = fc.record({
  type: fc.constant("advance"),
  milliseconds: fc.constantFrom(30, 300),
});

/** A little of everything. */
const common: readonly fc.WeightedArbitrary<Step>[] = [
  { weight: 12, arbitrary: writing },
  { weight: 2, arbitrary: pouring },
  { weight: 1, arbitrary: publishing },
  { weight: 7, arbitrary: reading },
  { weight: 4, arbitrary: asking },
  { weight: 6, arbitrary: network },
  { weight: 3, arbitrary: history },
  { weight: 8, arbitrary: passing },
];

/** Most of what can go wrong needs somebody who writes and somebody who reads. */
const opening: readonly fc.WeightedArbitrary<Step>[] = [
  { weight: 1, arbitrary: starting },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("follow"), client }) },
  { weight: 1, arbitrary: followingLatest },
  { weight: 1, arbitrary: moment },
];

/** Schedules of everything, and more of some things: what needs several of them together is rare otherwise. */
function toSchedules(
  first: readonly fc.WeightedArbitrary<Step>[],
  more: readonly fc.WeightedArbitrary<Step>[],
): fc.Arbitrary<readonly Step[]> {
  return fc
    .tuple(
      fc.array(fc.oneof(...opening, ...first), { maxLength: 12, size: "max" }),
      fc.array(fc.oneof(...common, ...more), { minLength: 12, maxLength: 60, size: "max" }),
    )
    .map((parts) => parts.flat());
}

const plain = toSchedules([], []);
/** Two servers, between which everybody moves. */
const apart = toSchedules(
  [{ weight: 2, arbitrary: moving }],
  [
    { weight: 4, arbitrary: moving },
    { weight: 3, arbitrary: asking },
    { weight: 1, arbitrary: ending },
  ],
);
/** Runs that go from one process to another, on one server or two. */
const takenUp = toSchedules(
  [
    { weight: 1, arbitrary: starting },
    { weight: 1, arbitrary: moment },
    { weight: 1, arbitrary: taking },
    { weight: 1, arbitrary: moving },
  ],
  [
    { weight: 8, arbitrary: taking },
    { weight: 10, arbitrary: asking },
    { weight: 10, arbitrary: moment },
    { weight: 2, arbitrary: moving },
  ],
);
/** Many runs, of which not all are kept. */
const trimmed = toSchedules(
  [{ weight: 2, arbitrary: starting }],
  [
    { weight: 8, arbitrary: starting },
    { weight: 8, arbitrary: completing },
    { weight: 4, arbitrary: keeping },
    { weight: 4, arbitrary: moment },
    { weight: 1, arbitrary: moving },
  ],
);
/** Many runs, which are read from the latest on. */
const older = toSchedules(
  [{ weight: 2, arbitrary: starting }],
  [
    { weight: 5, arbitrary: followingLatest },
    { weight: 5, arbitrary: loadingOlder },
    { weight: 3, arbitrary: cutting },
  ],
);
/** Much text. */
const poured = toSchedules(
  [{ weight: 1, arbitrary: pouring }],
  [
    { weight: 8, arbitrary: pouring },
    { weight: 3, arbitrary: following },
  ],
);

/** Whole schedules. */
export const schedules: fc.Arbitrary<readonly Step[]> = fc.oneof(
  { weight: 2, arbitrary: plain },
  { weight: 2, arbitrary: apart },
  { weight: 4, arbitrary: takenUp },
  { weight: 2, arbitrary: trimmed },
  { weight: 1, arbitrary: older },
  { weight: 1, arbitrary: poured },
);
