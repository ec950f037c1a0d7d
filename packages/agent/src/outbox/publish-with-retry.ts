import {
  isRetryable,
  isRunwireError,
  type PublishRequest,
  type PublishResult,
  type RunTarget,
} from "@runwire/protocol";
import type { Environment } from "../environment.js";
import { decideRetryDelay } from "./backoff.js";

/** For how long, and by which clock, a publish is tried again. */
export interface RetryPolicy extends Environment {
  /** From the first failure on, milliseconds. */
  readonly maxRetryMs: number;
  /** Ends the trying at once. */
  readonly signal: AbortSignal;
}

/**
 * Publishes, and tries the very same publish again under its id where the target says that it may:
 * after `store_unavailable` its effect is unknown, and the id keeps it from being appended twice.
 *
 * Rejects with the error that may not be tried again, or with the last one when the time is up.
 */
export async function publishWithRetry(
  target: RunTarget,
  request: PublishRequest,
  policy: RetryPolicy,
): Promise<PublishResult> {
  let giveUpAt: number | undefined;
  for (let failures = 1; ; failures++) {
    try {
      return await target.publish(request);
    } catch (error) {
      if (!isRunwireError(error) || !isRetryable(error.code)) throw error;
      giveUpAt ??= policy.clock.monotonic() + policy.maxRetryMs;
      const delayMs = decideRetryDelay(failures, toFraction(policy.randomBytes(1)));
      if (policy.clock.monotonic() + delayMs > giveUpAt) throw error;
      await sleep(delayMs, policy);
    }
  }
}

function toFraction([byte = 0]: Uint8Array): number {
  return byte / 256;
}

/** Rejects with the signal's reason when that aborts; the timer is gone either way. */
function sleep(delayMs: number, { clock, signal }: RetryPolicy): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
