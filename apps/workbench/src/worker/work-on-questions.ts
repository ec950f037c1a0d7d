import { type RunWriter, resumeRun, startRun } from "@runwire/agent";
import type { RunwireClient } from "@runwire/client";
import type { ChannelState, RunState } from "@runwire/protocol";
import { type AskedQuestion, CHANNEL, isAskedQuestion, QUESTION } from "../shared/question.ts";
import { explore } from "./explore/explore.ts";
import { INTERRUPTED } from "./explore/steps.ts";
import { planWork, type Work } from "./plan-work.ts";
import { createWorkQueue } from "./work-queue.ts";

/** Questions that are worked on at once; the others wait. */
const MAX_AT_ONCE = 4;
/** Of a question, in characters. */
const MAX_TITLE_LENGTH = 200;

/**
 * Follows the channel and does what is to do in it: questions that have no run yet are begun, runs that a
 * worker before this one left open are taken up again. Returns a function that ends the following.
 */
export function workOnQuestions(
  client: RunwireClient,
  onProblem: (error: unknown) => void,
): () => void {
  const channel = client.channel(CHANNEL);
  const queue = createWorkQueue(MAX_AT_ONCE, onProblem);
  const seen = new Set<string>();
  const look = () => {
    const { state, isLoading } = channel.snapshot();
    if (isLoading) return; // what looks open may have ended further on
    for (const work of planWork(state, toQuestions(state), seen)) {
      seen.add(work.runId);
      queue.add(() => perform(client, work));
    }
  };
  const stop = channel.onSnapshot(look);
  look();
  return stop;
}

function toQuestions(state: ChannelState): readonly AskedQuestion[] {
  return Object.values(state.keyed[QUESTION] ?? {})
    .map((part) => part.data)
    .filter(isAskedQuestion)
    .sort((one, other) => one.askedAt.getTime() - other.askedAt.getTime());
}

async function perform(client: RunwireClient, work: Work): Promise<void> {
  switch (work.type) {
    case "begin":
      return begin(client, work.question);
    case "take-up":
      return takeUp(client, work.run, work.question);
    case "give-up":
      return giveUp(client, work.run);
  }
}

async function begin(client: RunwireClient, question: AskedQuestion): Promise<void> {
  const run = await startRun(client, {
    channel: CHANNEL,
    runId: question.runId,
    agent: { name: "explorer" },
    title: toTitle(question.question),
    input: { folder: question.folder, question: question.question },
  });
  await finish(run, question);
}

/** Cut between characters, never inside one. */
function toTitle(question: string): string {
  const characters = [...question];
  return characters.length > MAX_TITLE_LENGTH
    ? `${characters.slice(0, MAX_TITLE_LENGTH).join("")} …`
    : question;
}

async function takeUp(
  client: RunwireClient,
  open: RunState,
  question: AskedQuestion,
): Promise<void> {
  const run = await resumeRun(client, { channel: CHANNEL, runId: open.runId });
  await endOpenTools(run);
  run.think("The worker stopped in the middle of this; I go on from what is done.");
  await finish(run, question);
}

/** A run that nobody can go on with: a sub-agent's, whose step is done again, or one without its question. */
async function giveUp(client: RunwireClient, open: RunState): Promise<void> {
  const run = await resumeRun(client, { channel: CHANNEL, runId: open.runId });
  await endOpenTools(run);
  await run.fail(interruption("The worker stopped in the middle of this run."));
}

async function endOpenTools(run: RunWriter): Promise<void> {
  for (const part of run.state.parts)
    if (part.type === "tool" && part.completedAt === undefined)
      await run.failTool(part.toolCallId, interruption("The worker stopped while this tool ran."));
}

function interruption(message: string): Error {
  return Object.assign(new Error(message), { name: INTERRUPTED });
}

/** Explores, and ends the run with what came of it. Rejects only when the end itself could not be written. */
async function finish(run: RunWriter, question: AskedQuestion): Promise<void> {
  try {
    const output = await explore(run, question);
    await run.complete({ output });
  } catch (error) {
    await (run.signal.aborted ? run.cancel() : run.fail(error));
  }
}
