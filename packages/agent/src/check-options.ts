import { isChannelName, isName, isRunId, protocolLimits, RunwireError } from "@runwire/protocol";
import type { RunDescription } from "./run/run-types.js";

/** @throws RunwireError `invalid_channel` */
export function requireChannel(channel: string): void {
  if (isChannelName(channel)) return;
  throw new RunwireError(
    "invalid_channel",
    `${JSON.stringify(channel)} is no channel name: use 1 to 200 of A–Z a–z 0–9 . _ : / @ + -, no part between slashes empty`,
  );
}

/** @throws RunwireError `invalid_run` */
export function requireRunId(runId: string): void {
  if (isRunId(runId)) return;
  throw new RunwireError(
    "invalid_run",
    `${JSON.stringify(runId)} is no run id: use 1 to 128 of A–Z a–z 0–9 . _ : @ + -`,
  );
}

/** @throws RunwireError `invalid_run` */
export function requireDescription({ agent, leaseMs }: RunDescription): void {
  if (!isName(agent?.name))
    throw new RunwireError(
      "invalid_run",
      "agent.name must be 1 to 128 characters, none a control character",
    );
  const { minLeaseMs, maxLeaseMs } = protocolLimits;
  if (leaseMs === undefined || isWithin(leaseMs, minLeaseMs, maxLeaseMs)) return;
  throw new RunwireError(
    "invalid_run",
    `leaseMs is ${leaseMs}: give a whole number from ${minLeaseMs} to ${maxLeaseMs}`,
  );
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
