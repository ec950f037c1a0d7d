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
  // What was refused to somebody else: it is asked for once more.
  const { error: known } = subscription.view.snapshot();
  const stop = subscription.follow(headDepth);
  try {
    let position = await beginAt();
    // From the start means: all that is kept then. What goes after that was reached is a loss.
    let isBeginning = from === "start";
    for (;;) {
      const page: LogPage = await fetch(position.offset, signal);
      const loss = toLoss(page, position, isBeginning);
      if (loss)
        throw new RunwireError(
          "reset",
          `the log cannot be continued (${loss}); begin from "start"`,
        );
      yield* page.events;
      position = { epoch: page.epoch, offset: page.offset };
      // Of what was trimmed the channel's own events may be left (PROTOCOL.md § 4), and nothing of a run.
      isBeginning &&=
        (page.trimmed ?? page.offset === 0) &&
        page.events.every(({ runId }) => runId === undefined);
      if (page.offset >= page.head) await whenGrown(position);
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

  /** Resolves when the log is longer or another one; rejects when it cannot be followed, and at the signal. */
  function whenGrown({ epoch, offset }: ReadPosition): Promise<void> {
    return new Promise((resolve, reject) => {
      const stops = [subscription.heads.add(check), onAbort(signal, check)];
      check();

      function check(): void {
        const log = subscription.log();
        const { error = known } = subscription.view.snapshot();
        if (error !== known || signal?.aborted) reject(error);
        else if (log && (log.epoch !== epoch || log.head > offset)) resolve();
        else return;
        for (const stop of stops) stop();
      }
    });
  }
}

function toLoss(
  { epoch, head, trimmed }: LogPage,
  position: ReadPosition,
  isBeginning: boolean,
): ResetReason | undefined {
  if ((position.epoch ?? epoch) !== epoch) return "epoch";
  if (position.offset > head) return "ahead";
  return trimmed && !isBeginning ? "trimmed" : undefined;
}
