import type { Part } from "@runwire/protocol";
import type { RunCommands } from "@runwire/react";

/** One part of a run: a message, a tool call, or an event of the application's own. */
export function PartView({
  part,
  commands,
}: {
  readonly part: Part;
  readonly commands: RunCommands;
}) {
  switch (part.type) {
    case "message":
      return part.kind === "reasoning" ? <em>{part.text}</em> : <p>{part.text}</p>;
    case "tool":
      return (
        <section aria-label={part.name}>
          <progress value={part.completedAt === undefined ? part.progress?.fraction : 1} />
          {part.name}: {part.error?.message ?? part.status}
          {part.status === "awaiting_approval" && (
            <button type="button" onClick={() => void commands.approve(part.toolCallId)}>
              Approve
            </button>
          )}
        </section>
      );
    case "custom":
      return <pre>{part.name}</pre>;
  }
}
