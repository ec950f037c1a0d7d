import type { RunWriter } from "@runwire/agent";
import type { AskedQuestion } from "../../shared/question.ts";
import { fileFacts } from "../tools/file-facts.ts";
import { listFiles } from "../tools/list-files.ts";
import { writeAnswer } from "./answer.ts";
import { askHistory } from "./ask-history.ts";
import type { Exploration } from "./exploration.ts";
import type { Finding } from "./finding.ts";
import { readHits, readNamed, search } from "./look-for.ts";
import { createNarrator } from "./narrator.ts";
import { type Intent, readIntent } from "./read-intent.ts";
import { createSteps } from "./steps.ts";
import { delegateSurvey } from "./survey.ts";
import { toCount } from "./to-count.ts";

/** What the run ends with, for programs. */
export interface ExplorationResult {
  readonly filesSeen: number;
  readonly hits: number;
  readonly finishedAt: Date;
}

/**
 * Answers a question about a folder: list, look, search, read, ask git, measure, answer. Every step is taken
 * by rules from the question and from what the steps before it found.
 *
 * @throws Error when the folder cannot even be listed
 */
export async function explore(run: RunWriter, asked: AskedQuestion): Promise<ExplorationResult> {
  const exploration: Exploration = {
    asked,
    intent: readIntent(asked.question),
    steps: createSteps(run, asked.folder),
    narrator: createNarrator(run),
  };
  const { intent, narrator, steps } = exploration;
  narrator.think("plan", describePlan(intent, asked.folder));

  const listed = await steps.call("list", listFiles, {});
  if (!listed.ok) throw new Error(`the folder could not be listed: ${listed.problem}`);
  const files = listed.output;
  narrator.think("list", `The list has ${toCount(files.count, "file")}.`);

  const findings: Finding[] = await readNamed(exploration);
  const facts = await steps.call("facts", fileFacts, { expectedFiles: files.count });
  if (facts.ok) findings.push({ type: "facts", intent, files, facts: facts.output });
  // The surveyor counts and measures while this agent searches.
  const [survey, searches] = await Promise.all([
    delegateSurvey(exploration, files),
    search(exploration, files),
  ]);
  if (survey.ok) findings.push({ type: "survey", survey: survey.output });
  findings.push(...searches);
  const hits = searches.flatMap(({ result }) => result.hits);
  await readHits(exploration, hits);
  findings.push(...(await askHistory(exploration, hits)));

  await writeAnswer(narrator, intent, findings);
  return { filesSeen: files.count, hits: hits.length, finishedAt: new Date() };
}

function describePlan(intent: Intent, folder: string): string {
  const words = intent.keywords.map((word) => `“${word}”`).join(", ");
  const sentences = [
    `The question is about ${folder}.`,
    "I list the files and look at their sizes and ages.",
    intent.paths.length > 0 && `I read ${intent.paths.join(", ")}.`,
    words && `Then I look for ${words} and read where they stand most.`,
    intent.wantsCounts && "It asks for a count, which the surveyor makes.",
    intent.wantsHistory && "It asks about the past, which git knows.",
  ];
  return sentences.filter(Boolean).join(" ");
}
