import {
  type Clock,
  type CommandDelivery,
  defaultLeaseMs,
  type LostCode,
  type RunAttachment,
  type RunHandlers,
  RunwireError,
} from "@runwire/protocol";
import { createTimer, type Timer } from "../environment.js";
import type { Requests } from "../requests/requests.js";
import { answerNobody, type CommandAnswers, createCommandAnswers } from "./answer-command.js";

export interface RunAttachmentsOptions {
  readonly clock: Clock;
  readonly requests: Requests;
  send(text: string): void;
  isConnected(): boolean;
}

/** The runs that are written through this client: their leases and their commands. */
export interface RunAttachments {
  attach(attachment: RunAttachment, handlers: RunHandlers): Promise<() => void>;
  /** After a `welcome`: commands come to the connection on which a run was renewed last. */
  renewAll(): void;
  receive(command: CommandDelivery): void;
  /** There will be no connection, unless somebody asks for one: nothing is renewed, and no take is waited for. */
  stop(error: Error): void;
}

interface Attached extends RunAttachment {
  readonly handlers: RunHandlers;
  readonly timer: Timer;
  readonly answer: CommandAnswers;
  /** Whether the server has renewed it. */
  isKnown: boolean;
  /** A `take` that was not sent yet. */
  isTakeDue: boolean;
  /** Settles a `take` that is under way. */
  onTaken?: ((error: Error | undefined) => void) | undefined;
}

export function createRunAttachments(options: RunAttachmentsOptions): RunAttachments {
  const { clock, requests, send, isConnected } = options;
  const attached = new Map<string, Attached>();
  return {
    attach,
    receive,
    renewAll() {
      // What the server may have taken or not is renewed without `take` first (PROTOCOL.md § 5).
      for (const run of attached.values()) void renew(run);
    },
    stop(error) {
      for (const run of attached.values()) {
        run.timer.clear();
        run.onTaken?.(error);
      }
    },
  };

  async function attach(attachment: RunAttachment, handlers: RunHandlers): Promise<() => void> {
    const key = keyOf(attachment);
    const run: Attached = {
      ...attachment,
      handlers,
      timer: createTimer(clock),
      answer: createCommandAnswers(handlers),
      isKnown: attachment.take === true,
      isTakeDue: attachment.take === true,
    };
    attached.get(key)?.timer.clear();
    attached.set(key, run);
    if (!attachment.take) renewLater(run);
    const detach = () => {
      run.timer.clear();
      if (attached.get(key) === run) attached.delete(key);
    };
    if (attachment.take) await take(run, detach);
    return detach;
  }

  function take(run: Attached, detach: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      run.onTaken = (error) => {
        run.onTaken = undefined;
        if (!error) return resolve();
        detach();
        reject(error);
      };
      void renew(run);
    });
  }

  function renewLater(run: Attached): void {
    const leaseMs = run.leaseMs ?? defaultLeaseMs;
    run.timer.set(leaseMs / 3, () => void renew(run));
  }

  async function renew(run: Attached): Promise<void> {
    renewLater(run);
    // The next welcome renews them all.
    if (!isConnected()) return;
    const { channel, writer, runId, isTakeDue } = run;
    // Sent once: whether it took the run or not, without an answer the run is renewed without it
    // (PROTOCOL.md § 5), and only a new decision takes again.
    run.isTakeDue = false;
    const message = {
      type: "renew",
      writer,
      channel,
      runIds: [runId],
      take: isTakeDue || undefined,
    };
    try {
      const { lost } = await requests.ask({
        answer: "renewed",
        kind: "once",
        message,
      });
      settle(run, lost.find((each) => each.runId === runId)?.code);
    } catch (error) {
      // Only RunwireErrors come from a request.
      refuse(run, error as RunwireError);
    }
  }

  /** The renewal as a whole was refused, or not answered. */
  function refuse(run: Attached, error: RunwireError): void {
    if (error.code === "connection_lost") return;
    if (run.onTaken) run.onTaken(error);
    // Without a store: again with the timer.
    else if (error.code === "forbidden") settle(run, error.code);
  }

  function settle(run: Attached, code: LostCode | undefined): void {
    if (attached.get(keyOf(run)) !== run) return;
    // A run that is about to start: its `agent_started` is not there yet.
    const isStarting = code === "run_not_found" && !run.isKnown;
    run.isKnown = true;
    if (isStarting) return;
    run.onTaken?.(code && takenError(run, code));
    // A take that has failed is detached by now.
    if (!code || attached.get(keyOf(run)) !== run) return;
    run.timer.clear();
    attached.delete(keyOf(run));
    run.handlers.onLost(code);
  }

  function receive(command: CommandDelivery): void {
    const { answer = answerNobody } = attached.get(keyOf(command)) ?? {};
    // Not sent where the connection is gone: the server hands the command over again.
    void answer(command).then(send);
  }
}

function takenError({ runId }: Attached, code: LostCode): RunwireError {
  return new RunwireError(code, `run ${runId} cannot be taken over (${code})`);
}

function keyOf({ channel, runId }: { readonly channel: string; readonly runId: string }): string {
  return `${channel} ${runId}`;
}
