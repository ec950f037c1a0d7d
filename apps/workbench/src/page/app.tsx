import { ConnectionStatus } from "@runwire/react";
import { useEffect, useRef } from "react";
import styles from "./app.module.css";
import { AskForm } from "./ask/ask-form.tsx";
import { RunView } from "./run/run-view.tsx";
import { RunList } from "./run-list/run-list.tsx";
import { toWaitingQuestions } from "./run-list/waiting-questions.ts";
import { useRoute } from "./use-route.ts";
import { useWorkbench } from "./use-workbench.ts";
import { Welcome } from "./welcome.tsx";

/** The page: ask on the left, watch on the right. */
export function App() {
  const [runId, openRun] = useRoute();
  const { state, runs, isLoading, error, loadOlder } = useWorkbench();
  const main = useFocusOnChange(runId);
  return (
    <div className={styles.page} data-open={runId === undefined ? "none" : "run"}>
      <title>runwire workbench</title>
      <a className={styles.skip} href="#main">
        Skip to the run
      </a>
      <header className={styles.header}>
        {runId !== undefined && (
          <a className={styles.back} href="/" onClick={(event) => openRun(undefined, event)}>
            ← All runs
          </a>
        )}
        <h1 className={styles.title}>
          <a href="/" onClick={(event) => openRun(undefined, event)}>
            runwire workbench
          </a>
        </h1>
        <ConnectionStatus className={styles.connection ?? ""} />
      </header>
      <aside className={styles.side} aria-label="Questions">
        <AskForm onAsked={openRun} />
        <RunList
          runs={runs}
          waiting={toWaitingQuestions(state)}
          openRunId={runId}
          onOpen={openRun}
          isLoading={isLoading}
          onLoadOlder={state.olderRuns ? loadOlder : undefined}
        />
      </aside>
      <main id="main" ref={main} tabIndex={-1} className={styles.main}>
        {error && (
          <p role="alert" className={styles.error}>
            The runs cannot be shown: {error.message}
          </p>
        )}
        {runId ? <RunView key={runId} runId={runId} /> : <Welcome />}
      </main>
    </div>
  );
}

/** Puts the focus on the element when `value` changes after the first time: a new page has no focus of its own. */
function useFocusOnChange(value: unknown) {
  const element = useRef<HTMLElement>(null);
  const last = useRef(value);
  useEffect(() => {
    if (last.current === value) return;
    last.current = value;
    element.current?.focus({ preventScroll: true });
    element.current?.scrollTo({ top: 0 });
  }, [value]);
  return element;
}
