import type { ErrorCode } from "@runwire/protocol";
import type { CommandAnswer, CommandRow } from "@runwire/store";
import type { HandlerAnswer, WriterLink } from "./writer-link.js";

/** A command that is not answered yet. */
export interface OpenCommand {
  readonly row: CommandRow;
  readonly answer: Promise<CommandAnswer>;
  readonly finish: (answer: CommandAnswer) => void;
  /** Whether somebody here waits for the answer; else it was asked of another server. */
  isAskedHere: boolean;
  /** Whether another server has handed it over. */
  isAway: boolean;
  /** The latest link that it was handed to. */
  handedTo: WriterLink | undefined;
  hasRunEnded: boolean;
  isClosed: boolean;
  stopTimer: () => void;
}

export function openCommand(row: CommandRow, isAskedHere: boolean): OpenCommand {
  let finish: OpenCommand["finish"] = () => {};
  const answer = new Promise<CommandAnswer>((resolve) => {
    finish = resolve;
  });
  return {
    ...{ row, answer, finish, isAskedHere, isAway: false, handedTo: undefined },
    ...{ hasRunEnded: false, isClosed: false, stopTimer: () => {} },
  };
}

/** Whether a handler has it, here or elsewhere. */
export function isHandedOver({ handedTo, isAway }: OpenCommand): boolean {
  return handedTo !== undefined || isAway;
}

export function toAnswer({ result, error }: HandlerAnswer): CommandAnswer {
  if (!error) return { type: "commanded", ...(result !== undefined && { result }) };
  if (error.code === "no_handler" || error.code === "already_resolved")
    return refusal(error.code, error.message);
  return { ...refusal("handler_failed", error.message), reason: error.code };
}

/** Whether the same command, sent again, must get the same answer; all others may be tried again. */
export function isRecorded(answer: CommandAnswer): boolean {
  if (answer.type === "commanded") return true;
  return ["handler_failed", "already_resolved", "handler_timeout"].includes(answer.code);
}

export function refusal(code: ErrorCode, message: string) {
  return { type: "error", code, message } as const;
}

export function isClosing(): CommandAnswer {
  return refusal("no_handler", "the server is closing");
}

export function notConnected(): CommandAnswer {
  return refusal("no_handler", "the run's writer is not connected");
}

export function hasEnded(runId: string): CommandAnswer {
  return refusal("run_completed", `run ${runId} has ended`);
}
