import type { RunState } from "@runwire/protocol";
import { FoldedText } from "./folded-text.tsx";
import { formatValue } from "./format.ts";
import styles from "./run-end.module.css";

/** Why a run ended, where its parts do not show it. */
export function RunEnd({ run }: { readonly run: RunState }) {
  if (run.error)
    return (
      <p role="alert" className={styles.error} data-text="End">
        {run.error.name ? `${run.error.name}: ` : ""}
        {run.error.message}
      </p>
    );
  if (run.output === undefined || run.output === null) return null;
  return (
    <section className={styles.output} aria-label="Result">
      <FoldedText label="Result" text={formatValue(run.output)} />
    </section>
  );
}
