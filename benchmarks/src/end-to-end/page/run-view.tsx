import type { MessagePart, Part, RunState, ToolPart } from "@runwire/protocol";
import { memo, useLayoutEffect } from "react";
import type { Shown } from "../marks.ts";
import { recordCommit } from "./record-screens.ts";

/** A run with its messages and tools; a part that did not change is not rendered again. */
export function RunView({ run }: { readonly run: RunState }) {
  useLayoutEffect(() => recordCommit(toShown(run)), [run]);
  return (
    <section data-status={run.status}>
      <h1>{run.agent.name}</h1>
      {run.parts.map((part) => (
        <PartView key={toKey(part)} part={part} />
      ))}
    </section>
  );
}

const PartView = memo(function PartView({ part }: { readonly part: Part }) {
  switch (part.type) {
    case "message":
      return <MessageView part={part} />;
    case "tool":
      return <ToolView part={part} />;
    case "custom":
      return null;
  }
});

function MessageView({ part }: { readonly part: MessagePart }) {
  return <p data-kind={part.kind}>{part.text}</p>;
}

function ToolView({ part }: { readonly part: ToolPart }) {
  return (
    <article data-tool={part.status}>
      <h2>
        {part.name}: {part.status}
      </h2>
      <progress value={part.completedAt === undefined ? (part.progress?.fraction ?? 0) : 1} />
      <span>{part.progress?.message}</span>
      <pre>{JSON.stringify(part.input)}</pre>
      {part.output !== undefined && <pre>{JSON.stringify(part.output, null, 2)}</pre>}
    </article>
  );
}

function toKey(part: Part): string {
  if (part.type === "message") return `message ${part.kind} ${part.messageId}`;
  return part.type === "tool" ? `tool ${part.toolCallId}` : `custom ${part.name} ${part.time}`;
}

function toShown({ parts, status }: RunState): Shown {
  const tools = parts.filter((part) => part.type === "tool");
  return {
    textLength: parts.reduce(
      (sum, part) => sum + (part.type === "message" ? part.text.length : 0),
      0,
    ),
    toolsStarted: tools.length,
    toolsEnded: tools.filter(({ completedAt }) => completedAt !== undefined).length,
    hasEnded: status !== "running",
  };
}
