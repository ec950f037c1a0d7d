import { type RunWriter, resumeRun, startRun } from "@runwire/agent";
import type { RunState } from "@runwire/protocol";
import { createRunwireServer } from "@runwire/server";
import { createMemoryStore } from "@runwire/store";
import { expect, onTestFinished, test } from "vitest";
import { CHANNEL } from "../../src/shared/question.ts";
import { explore } from "../../src/worker/explore/explore.ts";
import { commitAll, createFolder } from "../support/folders.ts";

const AGENT = { name: "explorer" };

function createTarget() {
  const runwire = createRunwireServer({ store: createMemoryStore(), access: "open-to-everyone" });
  onTestFinished(() => runwire.close());
  return runwire;
}

/** A question is measured for no time at all, so that the tests are fast. */
function ask(folder: string, question: string) {
  return { runId: "r", question: `${question} for 0 seconds`, folder, askedAt: new Date() };
}

async function exploreFolder(folder: string, question: string): Promise<RunState> {
  const run = await startRun(createTarget(), { channel: CHANNEL, runId: "r", agent: AGENT });
  await explore(run, ask(folder, question));
  return run.state;
}

function toAnswer(run: RunState): string {
  const answers = run.parts.filter((part) => part.type === "message" && part.kind === "output");
  return answers.map((part) => part.type === "message" && part.text).join("\n---\n");
}

const toTools = (run: RunState) => run.parts.filter((part) => part.type === "tool");

test("answers the same question differently for another folder", async () => {
  const orchard = createFolder({ "a.txt": "an apple\n", "b.txt": "a pear\n" });
  const harbour = createFolder({ "deep/c.md": "one boat\n\ntwo apple boats\n" });
  const question = "Where is apple?";
  const first = toAnswer(await exploreFolder(orchard, question));
  const second = toAnswer(await exploreFolder(harbour, question));
  expect(first).toContain("“apple” stands in 1 line of 1 file, first here:\n  a.txt:1  an apple");
  expect(first).toContain("The folder holds 2 files (2 .txt), 16 B in all.");
  expect(second).toContain("deep/c.md:3  two apple boats");
  expect(second).toContain("The text files have 3 lines; the longest is deep/c.md with 3.");
});

test("tells who changed the file in question last", async () => {
  const folder = createFolder({ "a.txt": "an apple\n" });
  commitAll(folder, "plant a tree", "Zoe");
  const answer = toAnswer(await exploreFolder(folder, "Who changed apple?"));
  expect(answer).toMatch(/a\.txt was last changed by:\n {2}\w+ {2}[\d: -]+ {2}Zoe: plant a tree/);
});

test("goes on when a tool fails, and says what could not be found out", async () => {
  const folder = createFolder({ "a.txt": "an apple\n" });
  const run = await exploreFolder(folder, "What is in notes/gone.txt and ../secret.txt?");
  const failed = toTools(run).filter((part) => part.status === "error");
  expect(failed.map(({ name }) => name)).toEqual(["read_file", "read_file", "git_log"]);
  expect(toAnswer(run)).toContain("there is no notes/gone.txt in the folder");
  expect(toAnswer(run)).toContain("../secret.txt leads out of the folder");
  expect(toAnswer(run)).toContain("There is no history to ask: git log: fatal");
});

test("answers about a folder that holds nothing", async () => {
  const answer = toAnswer(await exploreFolder(createFolder(), "Where is apple?"));
  expect(answer).toContain("“apple” stands in none of 0 files.");
  expect(answer).toContain("The folder holds no files.\n\nThere is no text file.");
  expect(answer).not.toMatch(/NaN|undefined/);
});

test("hands a part of the work to a sub-agent, inside a tool call", async () => {
  const runwire = createTarget();
  const run = await startRun(runwire, { channel: CHANNEL, runId: "r", agent: AGENT });
  await explore(run, ask(createFolder({ "a.txt": "1\n2\n" }), "How many lines?"));
  await run.complete();
  const { events } = await runwire.fetch({ channel: CHANNEL, after: 0, runId: "r.survey" });
  expect(events[0]).toMatchObject({ parentRunId: "r", parentToolCallId: "survey" });
  expect(events.at(-1)).toMatchObject({ type: "agent_completed", outcome: "success" });
});

test("does a step and says a sentence once, however often the run is taken up", async () => {
  const folder = createFolder({ "a.txt": "an apple\n" });
  const asked = ask(folder, "Where is apple?");
  const runwire = createTarget();
  const first = await startRun(runwire, { channel: CHANNEL, runId: "r", agent: AGENT });
  await explore(first, asked);
  const before = first.state.parts;
  const second: RunWriter = await resumeRun(runwire, { channel: CHANNEL, runId: "r" });
  await explore(second, asked);
  expect(second.state.parts).toEqual(before);
});

test("takes up what was interrupted under another id, and uses what was done", async () => {
  const folder = createFolder({ "a.txt": "an apple\n" });
  const runwire = createTarget();
  const first = await startRun(runwire, { channel: CHANNEL, runId: "r", agent: AGENT });
  // As an earlier worker leaves it: one step done, one interrupted.
  const listed = { count: 7, extensions: new Map([[".txt", 7]]), paths: ["a.txt"] };
  await first.tool("list_files", {}, () => listed, { toolCallId: "list" });
  const interruption = Object.assign(new Error("stopped"), { name: "Interrupted" });
  const interrupted = first.tool("file_facts", {}, () => Promise.reject(interruption), {
    toolCallId: "facts",
  });
  await interrupted.catch(() => {});
  const second = await resumeRun(runwire, { channel: CHANNEL, runId: "r" });
  const result = await explore(second, ask(folder, "Where is apple?"));
  expect(result.filesSeen).toBe(7);
  const ids = toTools(second.state).map(({ toolCallId }) => toolCallId);
  expect(ids.slice(0, 3)).toEqual(["list", "facts", "facts.2"]);
});

test("ends with the reason when the run is cancelled in the middle", async () => {
  const abort = new AbortController();
  const { signal } = abort;
  const run = await startRun(createTarget(), {
    channel: CHANNEL,
    runId: "r",
    agent: AGENT,
    signal,
  });
  const folder = createFolder({ "a.txt": "an apple\n" });
  const asked = { ...ask(folder, "apple"), question: "apple for 30 seconds" };
  const exploring = explore(run, asked);
  await expect
    .poll(() => toTools(run.state).some((part) => part.name === "search_text"))
    .toBe(true);
  abort.abort(new Error("enough"));
  await expect(exploring).rejects.toThrow("enough");
});
