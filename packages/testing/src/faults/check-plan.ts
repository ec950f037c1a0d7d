import { RunwireError } from "@runwire/protocol";
import type { DirectionPlan, FaultPlan } from "./fault-plan.js";

/** @throws RunwireError `invalid_options` when a number of the plan cannot be one */
export function checkPlan({ up, down }: FaultPlan): void {
  if (up) checkDirection("up", up);
  if (down) checkDirection("down", down);
}

function checkDirection(name: string, plan: DirectionPlan): void {
  check(`${name}.cutAt.byte`, plan.cutAt?.byte, 0);
  check(`${name}.blackHoleAt`, plan.blackHoleAt, 0);
  check(`${name}.sliceBytes`, plan.sliceBytes, 1);
  check(`${name}.bytesPerSecond`, plan.bytesPerSecond, 1);
  check(`${name}.delayMs`, plan.delayMs, 0);
}

function check(path: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isFinite(value) && value >= least)) return;
  throw new RunwireError(
    "invalid_options",
    `${path} is ${value}; give a number that is ${least} or more`,
  );
}
