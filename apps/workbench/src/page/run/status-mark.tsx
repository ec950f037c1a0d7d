import styles from "./status-mark.module.css";
import { type Status, statusWords } from "./status-words.ts";

const marks: Record<Status, string> = {
  preparing: "…",
  awaiting_approval: "?",
  running: "●",
  success: "✓",
  error: "✗",
  cancelled: "–",
  abandoned: "!",
};

/** How a run or a tool call stands: a mark for the eye, a word for a screen reader. */
export function StatusMark({ status }: { readonly status: Status }) {
  return (
    <span className={styles.mark} data-status={status} title={statusWords[status]}>
      <span aria-hidden="true">{marks[status]}</span>
      <span className="visually-hidden">{statusWords[status]}</span>
    </span>
  );
}
