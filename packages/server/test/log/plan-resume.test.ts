import type { SubscribeFrom } from "@runwire/protocol";
import { expect, test } from "vitest";
import { planResume } from "../../src/log/plan-resume.ts";

const head = { epoch: "e", offset: 10, floor: 5 };
const at = (offset: number, epoch = "e"): SubscribeFrom => ({ epoch, offset });

test.each([
  ["the start", "start" as const, { after: 0, isFromStart: true }],
  ["now", "now" as const, { after: 10, isFromStart: false }],
  ["the head", at(10), { after: 10, isFromStart: false }],
  ["a position that is kept", at(7), { after: 7, isFromStart: false }],
  ["the last position before the floor", at(4), { after: 4, isFromStart: false }],
  ["one offset below", at(3), { after: 0, reset: "trimmed", isFromStart: true }],
  ["beyond the head", at(11), { after: 0, reset: "ahead", isFromStart: true }],
  ["another epoch", at(7, "f"), { after: 0, reset: "epoch", isFromStart: true }],
  ["another epoch, beyond the head", at(99, "f"), { after: 0, reset: "epoch", isFromStart: true }],
])("a delivery from %s", (_what, from, plan) => {
  expect(planResume(from, head)).toEqual(plan);
});

test("a channel without events is followed from offset 0", () => {
  const empty = { epoch: "e", offset: 0, floor: 1 };
  expect(planResume(at(0), empty)).toEqual({ after: 0, isFromStart: false });
  expect(planResume("now", empty)).toEqual({ after: 0, isFromStart: false });
});
