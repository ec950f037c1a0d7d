import {
  type CommandDelivery,
  type RunAttachment,
  type RunHandlers,
  RunwireError,
} from "@runwire/protocol";
import { answerCommand } from "./answer-command.js";
import { type AttachedRun, type AttachedRunOptions, createAttachedRun } from "./attached-run.js";

export interface RunAttachmentsOptions extends AttachedRunOptions {
  send(text: string): void;
}

/** The runs that are written through this client: their leases and their commands. */
export interface RunAttachments {
  attach(attachment: RunAttachment, handlers: RunHandlers): Promise<() => void>;
  /** After a `welcome`: commands come to the connection on which a run was renewed last. */
  resume(): void;
  receive(command: CommandDelivery): void;
  /** There will be no connection, unless somebody asks for one: nothing is renewed, and no take is waited for. */
  fail(error: Error): void;
}

export function createRunAttachments(options: RunAttachmentsOptions): RunAttachments {
  const runs = new Map<string, AttachedRun>();
  /** Those that are being taken. Whoever has such a run here already keeps it until then: it may fail. */
  const taking = new Set<AttachedRun>();
  return {
    attach(attachment, handlers) {
      const key = keyOf(attachment);
      const run = createAttachedRun(attachment, handlers, options, () => {
        taking.delete(run);
        if (runs.get(key) === run) runs.delete(key);
      });
      const keep = () => {
        taking.delete(run);
        runs.get(key)?.detach();
        runs.set(key, run);
      };
      if (!attachment.take) keep();
      else {
        taking.add(run);
        run.attached.then(keep, () => {});
      }
      return run.attached;
    },
    resume() {
      // What the server may have taken or not is renewed without `take` first (PROTOCOL.md § 5).
      for (const run of [...runs.values(), ...taking]) run.renew();
    },
    fail(error) {
      for (const run of [...runs.values(), ...taking]) run.fail(error);
    },
    receive(command) {
      const answer = runs.get(keyOf(command))?.answer(command) ?? answerCommand(nobody, command);
      // Not sent where the connection is gone: the server hands the command over again.
      void answer.then(options.send);
    },
  };
}

/** For a run that is not here, or not any more. */
async function nobody(): Promise<never> {
  throw new RunwireError("no_handler", "the run has no handler here");
}

function keyOf({ channel, runId }: { readonly channel: string; readonly runId: string }): string {
  return `${channel} ${runId}`;
}
