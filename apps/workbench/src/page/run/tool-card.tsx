import type { ToolPart } from "@runwire/protocol";
import type { ReactNode } from "react";
import { Elapsed } from "./elapsed.tsx";
import { FoldedText } from "./folded-text.tsx";
import { formatValue } from "./format.ts";
import { StatusMark } from "./status-mark.tsx";
import styles from "./tool-card.module.css";

interface ToolCardProps {
  readonly part: ToolPart;
  /** The run that this call carries out, where there is one. */
  readonly children?: ReactNode;
}

/** A tool call: what went in, how far it is, what came out. */
export function ToolCard({ part, children }: ToolCardProps) {
  return (
    <section
      className={styles.card}
      data-part={`tool ${part.toolCallId}`}
      data-status={part.status}
      aria-label={`Tool ${part.name}`}
    >
      <header className={styles.header}>
        <StatusMark status={part.status} />
        <strong data-text="Name">{part.name}</strong>
        <Elapsed startedAt={part.startedAt} completedAt={part.completedAt} />
      </header>
      <ToolInput part={part} />
      <ToolProgress part={part} />
      {part.outputText && <FoldedText label="Output so far" text={part.outputText} />}
      {children}
      {part.error && (
        <p className={styles.error} data-text="Error">
          {part.error.name ? `${part.error.name}: ` : ""}
          {part.error.message}
        </p>
      )}
      {part.output !== undefined && <FoldedText label="Output" text={formatValue(part.output)} />}
    </section>
  );
}

function ToolInput({ part }: { readonly part: ToolPart }) {
  const text = part.input === undefined ? part.inputText : formatValue(part.input);
  return text && text !== "{}" ? <FoldedText label="Input" text={text} /> : null;
}

/** A bar while the call goes on, full once it succeeded; none where nothing is known of how far it is. */
function ToolProgress({ part }: { readonly part: ToolPart }) {
  const { fraction, message } = part.progress ?? {};
  if (fraction === undefined && message === undefined) return null;
  const isOpen = part.completedAt === undefined;
  const value = part.status === "success" ? 1 : fraction;
  return (
    <div className={styles.progress}>
      {(isOpen || part.status === "success") && value !== undefined && (
        <progress value={value} max={1} aria-label={`Progress of ${part.name}`} />
      )}
      {isOpen && message && <span>{message}</span>}
    </div>
  );
}
