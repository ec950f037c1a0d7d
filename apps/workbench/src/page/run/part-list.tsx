import type { Part, RunState } from "@runwire/protocol";
import { memo, useMemo } from "react";
import { useWorkbench, useWorkbenchRun } from "../use-workbench.ts";
import { CustomCard } from "./custom-card.tsx";
import { Elapsed } from "./elapsed.tsx";
import { MessageText } from "./message-text.tsx";
import styles from "./part-list.module.css";
import { RunEnd } from "./run-end.tsx";
import { StatusMark } from "./status-mark.tsx";
import { ToolCard } from "./tool-card.tsx";

/** Parts that are laid out, and compared, together. */
const CHUNK_SIZE = 50;

/** The runs that tool calls of one run carry out: `toolCallId` → `runId`. */
type ChildRuns = ReadonlyMap<string, string>;

/**
 * The parts of a run, in order. A run of 10,000 parts is cut into chunks: a chunk whose parts did not change
 * is not rendered again, and one that is out of sight is not laid out (`content-visibility`).
 */
export function PartList({ run }: { readonly run: RunState }) {
  const children = useChildRuns(run.runId);
  const starts = Array.from(
    { length: Math.ceil(run.parts.length / CHUNK_SIZE) },
    (_, i) => i * CHUNK_SIZE,
  );
  return (
    <div className={styles.parts}>
      {starts.map((start) => (
        <Chunk key={start} parts={run.parts} start={start} childRuns={children} />
      ))}
    </div>
  );
}

interface ChunkProps {
  readonly parts: readonly Part[];
  readonly start: number;
  readonly childRuns: ChildRuns;
}

const Chunk = memo(function Chunk({ parts, start, childRuns }: ChunkProps) {
  return (
    <ol className={styles.chunk} start={start + 1}>
      {parts.slice(start, start + CHUNK_SIZE).map((part) => (
        <li key={keyOf(part, start)}>
          <PartView part={part} childRuns={childRuns} />
        </li>
      ))}
    </ol>
  );
}, isSameChunk);

function isSameChunk(one: ChunkProps, other: ChunkProps): boolean {
  if (one.childRuns !== other.childRuns || one.start !== other.start) return false;
  const end = one.start + CHUNK_SIZE;
  if (Math.min(end, one.parts.length) !== Math.min(end, other.parts.length)) return false;
  for (let i = one.start; i < end; i++) if (one.parts[i] !== other.parts[i]) return false;
  return true;
}

function keyOf(part: Part, start: number): string {
  switch (part.type) {
    case "message":
      return `message ${part.kind} ${part.messageId}`;
    case "tool":
      return `tool ${part.toolCallId}`;
    case "custom":
      return `custom ${part.name} ${part.key ?? `${start} ${part.time}`}`;
  }
}

const PartView = memo(function PartView(props: {
  readonly part: Part;
  readonly childRuns: ChildRuns;
}) {
  const { part, childRuns } = props;
  switch (part.type) {
    case "message":
      return <MessageText part={part} />;
    case "tool":
      return <ToolCard part={part}>{toNestedRun(childRuns.get(part.toolCallId))}</ToolCard>;
    case "custom":
      return <CustomCard part={part} />;
  }
});

/** The same map until a child comes or goes. */
function useChildRuns(runId: string): ChildRuns {
  const { runs } = useWorkbench();
  const pairs = runs.flatMap((run) =>
    run.parentRunId === runId && run.parentToolCallId !== undefined
      ? [[run.parentToolCallId, run.runId] as const]
      : [],
  );
  const key = JSON.stringify(pairs);
  return useMemo(() => new Map(JSON.parse(key) as typeof pairs), [key]);
}

function toNestedRun(runId: string | undefined) {
  return runId === undefined ? null : <NestedRun runId={runId} />;
}

/** A sub-agent's run, inside the tool call that it carries out; its result is the call's output. */
function NestedRun({ runId }: { readonly runId: string }) {
  const run = useWorkbenchRun(runId);
  if (!run) return null;
  return (
    <section
      className={styles.nested}
      data-run={runId}
      data-status={run.status}
      aria-label={`Sub-agent ${run.agent.name}`}
    >
      <header className={styles.nestedHeader}>
        <StatusMark status={run.status} />
        <strong>{run.agent.name}</strong>
        <Elapsed startedAt={run.startedAt} completedAt={run.completedAt} />
      </header>
      <PartList run={run} />
      {run.error && <RunEnd run={run} />}
    </section>
  );
}
