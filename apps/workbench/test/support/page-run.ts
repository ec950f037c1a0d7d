import type { ChannelState, Part, RunState } from "@runwire/protocol";
import { formatDuration, formatValue } from "../../src/page/run/format.ts";
import { statusWords } from "../../src/page/run/status-words.ts";

/** A run as the page shows it, in words: what a person reads, part by part. */
export interface ShownRun {
  readonly runId: string;
  readonly status: string;
  readonly elapsed: string;
  readonly parts: readonly ShownPart[];
  readonly end: string;
}

interface ShownPart {
  /** `tool list`, `reasoning m1`, `output answer` */
  readonly part: string;
  /** Texts by their labels: `Input`, `Output`, `Error` … */
  readonly texts: { readonly [label: string]: string };
  readonly status?: string;
  readonly elapsed?: string;
  readonly run?: ShownRun;
}

/** How the page must show a run of that state, unfolded and after its end. */
export function toShownRun(state: ChannelState, runId: string): ShownRun {
  const run = state.runs[runId];
  if (!run) throw new Error(`the state has no run ${runId}`);
  const children = Object.values(state.runs).filter((child) => child.parentRunId === runId);
  return {
    runId,
    status: statusWords[run.status],
    elapsed: toElapsed(run),
    parts: run.parts.map((part) => toShownPart(part, state, children)),
    end: run.parentRunId === undefined || run.error ? toEnd(run) : "",
  };
}

function toShownPart(part: Part, state: ChannelState, children: readonly RunState[]): ShownPart {
  if (part.type === "message")
    return { part: `${part.kind} ${part.messageId}`, texts: { Text: part.text } };
  if (part.type === "custom") throw new Error("the workbench's runs write no events of their own");
  const child = children.find((run) => run.parentToolCallId === part.toolCallId);
  const input = part.input === undefined ? part.inputText : formatValue(part.input);
  return {
    part: `tool ${part.toolCallId}`,
    status: statusWords[part.status],
    elapsed: toElapsed(part),
    texts: {
      Name: part.name,
      ...(input && input !== "{}" && { Input: input }),
      ...(part.outputText && { "Output so far": part.outputText }),
      ...(part.error && { Error: `${toName(part.error.name)}${part.error.message}` }),
      ...(part.output !== undefined && { Output: formatValue(part.output) }),
    },
    ...(child && { run: toShownRun(state, child.runId) }),
  };
}

function toElapsed({
  startedAt,
  completedAt,
}: Pick<RunState, "startedAt" | "completedAt">): string {
  if (completedAt === undefined) throw new Error("only what has ended is compared");
  return formatDuration(completedAt - startedAt);
}

function toEnd({ error, output }: RunState): string {
  if (error) return `${toName(error.name)}${error.message}`;
  return output === undefined || output === null ? "" : formatValue(output);
}

function toName(name: string | undefined): string {
  return name ? `${name}: ` : "";
}
