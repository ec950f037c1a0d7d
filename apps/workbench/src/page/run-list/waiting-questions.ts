import type { ChannelState } from "@runwire/protocol";
import { type AskedQuestion, isAskedQuestion, QUESTION } from "../../shared/question.ts";

/**
 * The questions that no run has begun with, newest first.
 *
 * Older runs may not be loaded, and their questions are here all the same; but questions are taken up in
 * their order, so that one asked before a run that is here cannot be waiting still.
 */
export function toWaitingQuestions(state: ChannelState): readonly AskedQuestion[] {
  const questions = Object.values(state.keyed[QUESTION] ?? {})
    .map((part) => part.data)
    .filter(isAskedQuestion);
  const begun = questions.filter(({ runId }) => state.runs[runId] !== undefined);
  const latest = Math.max(0, ...begun.map(({ askedAt }) => askedAt.getTime()));
  return questions
    .filter(({ runId, askedAt }) => state.runs[runId] === undefined && askedAt.getTime() >= latest)
    .sort((one, other) => other.askedAt.getTime() - one.askedAt.getTime());
}
