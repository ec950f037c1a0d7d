import type { ChannelState, RunState } from "@runwire/protocol";
import type { AskedQuestion } from "../shared/question.ts";

/** Something that a worker has to do. */
export type Work =
  | { readonly type: "begin"; readonly runId: string; readonly question: AskedQuestion }
  | {
      readonly type: "take-up";
      readonly runId: string;
      readonly run: RunState;
      readonly question: AskedQuestion;
    }
  | { readonly type: "give-up"; readonly runId: string; readonly run: RunState };

/**
 * What is to do in a channel, but for what was `seen`: first the runs that are open although this worker did
 * not begin them, the inner ones before the outer, then the questions without a run.
 */
export function planWork(
  state: ChannelState,
  questions: readonly AskedQuestion[],
  seen: ReadonlySet<string>,
): readonly Work[] {
  const byRun = new Map(questions.map((question) => [question.runId, question]));
  const open = state.order
    .flatMap((runId) => state.runs[runId] ?? [])
    .filter((run) => run.status === "running" && !isSeen(run, seen))
    .map((run) => toWork(run, byRun.get(run.runId)));
  const unbegun = questions
    .filter(({ runId }) => !seen.has(runId) && state.runs[runId] === undefined)
    .map((question): Work => ({ type: "begin", runId: question.runId, question }));
  return [...open.toReversed(), ...unbegun];
}

/** A sub-agent's run belongs to the worker that works on its parent. */
function isSeen(run: RunState, seen: ReadonlySet<string>): boolean {
  return seen.has(run.runId) || (run.parentRunId !== undefined && seen.has(run.parentRunId));
}

function toWork(run: RunState, question: AskedQuestion | undefined): Work {
  const { runId } = run;
  return question ? { type: "take-up", runId, run, question } : { type: "give-up", runId, run };
}
