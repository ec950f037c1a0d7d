import { type LogPage, type ResetReason, RunwireError } from "@runwire/protocol";
import type { ChannelEvent, EventsOptions } from "../client-types.js";
import { onAbort } from "../environment.js";
import { headDepth } from "./plan-range.js";
import type { Subscription } from "./subscription.js";

export interface EventSource {
  /** Reads a page, decoded where that is wanted; rejects when the signal aborts. */
  fetch(after: number, signal: AbortSignal | undefined): Promise<LogPage>;
  /** The channel's subscription as it is now. */
  subscription(): Subscription;
}

/** Where reading goes on; without an epoch before anything was read. */
interface ReadPosition {
  readonly epoch?: string;
  readonly offset: number;
}

/** Beyond every log: an answer from there tells where the head is. */
const beyond = Number.MAX_SAFE_INTEGER;

/**
 * Every event as it was written, page by page; at the head it waits until the channel's subscription
 * says that the log has grown. One page is in memory, and the next is asked for when it was taken.
 */
export async function* readEvents(
  { fetch, ...source }: EventSource,
  { from = "start", signal }: EventsOptions,
): AsyncGenerator<ChannelEvent, void, undefined> {
  const subscription = source.subscription();
  const stop = subscription.follow(headDepth);
  try {
    let position = await beginAt();
    // From the start means: all that is kept then. What goes after that was reached is a loss.
    let isBeginning = from === "start";
    for (;;) {
      const page: LogPage = await fetch(position.offset, signal);
      refuseLoss(page, position, isBeginning);
      yield* page.events;
      position = { epoch: page.epoch, offset: page.offset };
      // Of what was trimmed the channel's own events may be left (PROTOCOL.md § 4), and nothing of a run.
      isBeginning &&=
        (page.trimmed === true || page.offset === 0) &&
        page.events.every(({ runId }) => runId === undefined);
      if (page.offset >= page.head) await whenGrown(subscription, position, signal);
    }
  } catch (error) {
    // Its signal is how it ends; nobody has to be told of that.
    if (!signal?.aborted) throw error;
  } finally {
    stop();
  }

  async function beginAt(): Promise<ReadPosition> {
    if (from === "start") return { offset: 0 };
    if (from !== "now") return from;
    const { epoch, head } = await fetch(beyond, signal);
    return { epoch, offset: head };
  }
}

function refuseLoss(page: LogPage, position: ReadPosition, isBeginning: boolean): void {
  const reason = toLoss(page, position, isBeginning);
  if (reason)
    throw new RunwireError("reset", `the log cannot be continued (${reason}); begin from "start"`);
}

function toLoss(
  { epoch, head, trimmed }: LogPage,
  position: ReadPosition,
  isBeginning: boolean,
): ResetReason | undefined {
  if (position.epoch !== undefined && position.epoch !== epoch) return "epoch";
  if (position.offset > head) return "ahead";
  return trimmed && !isBeginning ? "trimmed" : undefined;
}

/** Resolves when the log is longer than `position`, is another one, cannot be followed, or at `signal`. */
function whenGrown(
  subscription: Subscription,
  position: ReadPosition,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const stops = [subscription.heads.add(check), onAbort(signal, check)];
    check();

    function check(): void {
      const log = subscription.log();
      const isSame = !log || (log.epoch === position.epoch && log.head <= position.offset);
      // Where it is refused, the next page says so to the one who reads.
      if (isSame && !subscription.view.snapshot().error && !signal?.aborted) return;
      for (const stop of stops) stop();
      resolve();
    }
  });
}
