import type { MessagePart } from "@runwire/protocol";
import { memo } from "react";
import styles from "./message-text.module.css";

/** What the agent thinks, or answers. */
export const MessageText = memo(function MessageText({ part }: { readonly part: MessagePart }) {
  return (
    <section
      data-part={`${part.kind} ${part.messageId}`}
      className={part.kind === "reasoning" ? styles.reasoning : styles.output}
      aria-label={part.kind === "reasoning" ? "Reasoning" : "Answer"}
    >
      {part.kind === "output" && <h3>Answer</h3>}
      <div data-text="Text">{part.text}</div>
    </section>
  );
});
