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
  /** In the order in which they came: whoever has a run already keeps it until it was taken, which may fail. */
  const runs = new Map<AttachedRun, string>();
  return {
    attach(attachment, handlers) {
      const key = keyOf(attachment);
      const run = createAttachedRun(attachment, handlers, options, () => runs.delete(run));
      runs.set(run, key);
      const keep = () => detachEarlier(run, key);
      if (attachment.take) run.attached.then(keep, () => {});
      else keep();
      return run.attached;
    },
    resume() {
      // What the server may have taken or not is renewed without `take` first (PROTOCOL.md § 5).
      for (const run of runs.keys()) run.renew();
    },
    fail(error) {
      for (const run of runs.keys()) run.fail(error);
    },
    receive(command) {
      const key = keyOf(command);
      // Also one that is being taken: what has waited for a writer is handed over before the answer.
      const run = [...runs.keys()].find((each) => runs.get(each) === key);
      const answer = run?.answer(command) ?? answerCommand(nobody, command);
      // Not sent where the connection is gone: the server hands the command over again.
      void answer.then(options.send);
    },
  };

  function detachEarlier(run: AttachedRun, key: string): void {
    for (const [other, its] of runs) {
      if (other === run) break;
      if (its === key) other.detach();
    }
  }
}

/** For a run that is not here, or not any more. */
async function nobody(): Promise<never> {
  throw new RunwireError("no_handler", "the run has no handler here");
}

function keyOf({ channel, runId }: { readonly channel: string; readonly runId: string }): string {
  return `${channel} ${runId}`;
}
