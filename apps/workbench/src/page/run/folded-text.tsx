import { useState } from "react";
import styles from "./folded-text.module.css";

interface FoldedTextProps {
  readonly label?: string;
  readonly text: string;
}

/** What is shown of a text before somebody asks for the rest. */
const FOLDED_LINES = 8;
const FOLDED_LENGTH = 800;

/** A text; of a long one the beginning, and the rest on demand. */
export function FoldedText({ label, text }: FoldedTextProps) {
  const [isOpen, setOpen] = useState(false);
  const beginning = fold(text);
  const isLong = beginning.length < text.length;
  return (
    <div className={styles.folded}>
      {label && <span className={styles.label}>{label}</span>}
      <pre data-text={label}>{isOpen ? text : beginning}</pre>
      {isLong && (
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Show less" : `Show all (${text.length.toLocaleString("en")} characters)`}
        </button>
      )}
    </div>
  );
}

function fold(text: string): string {
  const beginning = text.slice(0, FOLDED_LENGTH);
  const lines = beginning.split("\n");
  return lines.length > FOLDED_LINES ? lines.slice(0, FOLDED_LINES).join("\n") : beginning;
}
