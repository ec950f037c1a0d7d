import {
  type Clock,
  defaultLeaseMs,
  type LostCode,
  type RunAttachment,
  type RunHandlers,
  RunwireError,
} from "@runwire/protocol";
import { createTimer } from "../environment.js";
import type { Requests } from "../requests/requests.js";
import { type CommandAnswers, createCommandAnswers } from "./answer-command.js";

export interface AttachedRunOptions {
  readonly clock: Clock;
  readonly requests: Requests;
  isConnected(): boolean;
}

/** A run that is written through this client: its lease and its commands. */
export interface AttachedRun {
  /** At once, or when it was taken; what it resolves to lets the run go. */
  readonly attached: Promise<() => void>;
  readonly answer: CommandAnswers;
  renew(): void;
  /** Renews it no more, unless there is another connection; a `take` that is under way rejects. */
  fail(error: Error): void;
  detach(): void;
}

export function createAttachedRun(
  { channel, runId, writer, leaseMs = defaultLeaseMs, take }: RunAttachment,
  handlers: RunHandlers,
  { clock, requests, isConnected }: AttachedRunOptions,
  onDetached: () => void,
): AttachedRun {
  const timer = createTimer(clock);
  /** A `take` that was not sent yet. */
  let isTakeDue = take;
  /** Whether the server has renewed it. */
  let isKnown = take === true;
  let isDetached = false;
  /** Settles a `take` that is under way. */
  let onTaken: ((error: Error | undefined) => void) | undefined;
  const attached = take ? new Promise<() => void>(awaitTake) : Promise.resolve(detach);
  if (take) void renew();
  else renewLater();

  return {
    attached,
    answer: createCommandAnswers((command) => handlers.onCommand(command)),
    renew,
    fail(error) {
      timer.clear();
      onTaken?.(error);
    },
    detach,
  };

  function awaitTake(resolve: (detach: () => void) => void, reject: (error: Error) => void): void {
    onTaken = (error) => {
      onTaken = undefined;
      if (!error) return resolve(detach);
      detach();
      reject(error);
    };
  }

  function renewLater(): void {
    timer.set(leaseMs / 3, renew);
  }

  async function renew(): Promise<void> {
    renewLater();
    // The next welcome renews them all.
    if (!isConnected()) return;
    const message = { type: "renew", writer, channel, runIds: [runId], take: isTakeDue };
    // Sent once: whether it took the run or not, without an answer the run is renewed without it
    // (PROTOCOL.md § 5), and only a new decision takes again.
    isTakeDue = undefined;
    try {
      const { lost } = await requests.ask({ answer: "renewed", kind: "once", message });
      settle(lost.find((each) => each.runId === runId)?.code);
    } catch (error) {
      // Only RunwireErrors come from a request.
      refuse(error as RunwireError);
    }
  }

  /** The renewal as a whole was refused, or not answered. */
  function refuse(error: RunwireError): void {
    if (error.code === "connection_lost") return;
    if (onTaken) onTaken(error);
    // Without a store: again with the timer.
    else if (error.code === "forbidden") settle(error.code);
  }

  function settle(code: LostCode | undefined): void {
    if (isDetached) return;
    // A run that is about to start: its `agent_started` is not there yet.
    const isStarting = code === "run_not_found" && !isKnown;
    isKnown = true;
    if (isStarting) return;
    if (onTaken) onTaken(code && new RunwireError(code, `run ${runId} cannot be taken (${code})`));
    else if (code) {
      detach();
      handlers.onLost(code);
    }
  }

  function detach(): void {
    isDetached = true;
    timer.clear();
    onDetached();
  }
}
