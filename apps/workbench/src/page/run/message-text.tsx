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
      <div data-text="Text">{part.kind === "output" ? <Answer text={part.text} /> : part.text}</div>
    </section>
  );
});

/** Lines that begin with two spaces are quoted from a file, and look like it. */
const QUOTED_LINES = /((?:^ {2}.*\n?)+)/m;

function Answer({ text }: { readonly text: string }) {
  return text.split(QUOTED_LINES).map((piece, index) => {
    // A text only grows, so that a piece keeps its place.
    const key = String(index);
    return piece.startsWith("  ") ? (
      <code key={key} className={styles.quoted}>
        {piece}
      </code>
    ) : (
      <span key={key}>{piece}</span>
    );
  });
}
