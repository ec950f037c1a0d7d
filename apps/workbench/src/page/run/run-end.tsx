import type { RunState } from "@runwire/protocol";
import { FoldedText } from "./folded-text.tsx";
import { formatValue } from "./format.ts";
import styles from "./run-end.module.css";

/** Why a run ended, where its parts do not show it. */
export function RunEnd({ run }: { readonly run: RunState }) {
  if (run.error)
    return (
      <p role="alert" className={styles.error}>
        {run.error.name ? `${run.error.name}: ` : ""}
        {run.error.message}
      </p>
    );
  if (run.output === undefined || run.output === null) return null;
  return (
    <section className={styles.output} aria-label="Result">
      <h3>Result</h3>
      <FoldedText text={formatValue(run.output)} />
    </section>
  );
}
