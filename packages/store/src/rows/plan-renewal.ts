import type { LostCode } from "@runwire/protocol";
import type { RenewRequest, RunRow } from "../event-store.js";
import { mayTake } from "./actor.js";

/** What becomes of one run of a `renew`. */
export type Renewal =
  | { readonly status: "lost"; readonly code: LostCode }
  | { readonly status: "renewed"; readonly run: RunRow };

/** Decides about one run of a `renew`, from its row. */
export function planRenewal(run: RunRow | undefined, request: RenewRequest, now: number): Renewal {
  if (run === undefined) return { status: "lost", code: "run_not_found" };
  if (run.status !== "running") return { status: "lost", code: "run_completed" };
  if (request.take === true) {
    if (!mayTake(run.owner, request.actor)) return { status: "lost", code: "forbidden" };
  } else if (run.writer !== request.writer) return { status: "lost", code: "run_taken" };
  return {
    status: "renewed",
    run: { ...run, writer: request.writer, leaseUntil: now + run.leaseMs },
  };
}

/** At least one whole lease from now on. */
export function extendLease(run: RunRow, now: number): RunRow {
  return { ...run, leaseUntil: Math.max(run.leaseUntil, now + run.leaseMs) };
}
