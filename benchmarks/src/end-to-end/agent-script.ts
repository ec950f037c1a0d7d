/**
 * What the agent of this benchmark does, the same each time: 45 rounds of thinking with a tool at the end of
 * each, then an answer. 900 pieces of text as a model streams them, 45 tools, 1,082 events.
 */
export interface Round {
  readonly thoughts: readonly string[];
  readonly tool: ScriptedTool;
}

interface ScriptedTool {
  readonly name: string;
  readonly input: object;
  readonly steps: readonly string[];
  readonly output: object;
}

const roundCount = 45;
const thoughtsPerRound = 18;
const answerLength = 90;

/** A model's tokens: most of them are a word with the space before it. */
const tokens =
  "The failing test reads the fixture twice , so the second reader sees a log that has grown in between . I should look at where the position is kept , and whether a resume after the reset starts from the head or from the offset that was asked for ."
    .split(" ")
    .map((word) => (/^[,.]$/.test(word) ? word : ` ${word}`));

export const rounds: readonly Round[] = Array.from({ length: roundCount }, (_, index) => ({
  thoughts: takeTokens(index * thoughtsPerRound, thoughtsPerRound),
  tool: toTool(index),
}));

export const answer: readonly string[] = takeTokens(roundCount * thoughtsPerRound, answerLength);

/** Everything that the page shows as text, in order. */
export const wholeText = [...rounds.flatMap(({ thoughts }) => thoughts), ...answer].join("");

function takeTokens(from: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => tokens[(from + index) % tokens.length] ?? "");
}

function toTool(index: number): ScriptedTool {
  const path = `packages/server/src/channels/part-${index}.ts`;
  return {
    name: "search",
    input: { pattern: `position(${index})`, path, caseSensitive: index % 2 === 0 },
    steps: ["12 of 48 files", "36 of 48 files"],
    output: toOutput(index, path),
  };
}

/** 1 to 4 KB of JSON. */
function toOutput(index: number, path: string): object {
  const count = 6 + (index % 4) * 6;
  const matches = Array.from({ length: count }, (_, line) => ({
    path,
    line: line * 17 + 3,
    column: (index + line) % 40,
    text: `    const position = "${index}:${line}"; // read again after a resume, see the plan`,
  }));
  return { total: count, truncated: false, matches };
}
