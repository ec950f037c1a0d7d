import type { RunState } from "@runwire/protocol";
import { useWorkbenchRun } from "../use-workbench.ts";
import { AbsentRun } from "./absent-run.tsx";
import { CancelButton } from "./cancel-button.tsx";
import { Elapsed } from "./elapsed.tsx";
import { PartList } from "./part-list.tsx";
import { RunEnd } from "./run-end.tsx";
import { RunInput } from "./run-input.tsx";
import styles from "./run-view.module.css";
import { StatusMark } from "./status-mark.tsx";
import { statusWords } from "./status-words.ts";
import { useFollowEnd } from "./use-follow-end.ts";

/** One root run, whole. */
export function RunView({ runId }: { readonly runId: string }) {
  const run = useWorkbenchRun(runId);
  return run ? <PresentRun run={run} /> : <AbsentRun runId={runId} />;
}

function PresentRun({ run }: { readonly run: RunState }) {
  const isRunning = run.status === "running";
  const article = useFollowEnd(isRunning);
  return (
    <article
      className={styles.run}
      ref={article}
      data-run={run.runId}
      data-status={run.status}
      aria-busy={isRunning}
    >
      <title>{`${run.title ?? run.agent.name} · runwire workbench`}</title>
      <header className={styles.header}>
        <h2>{run.title ?? run.agent.name}</h2>
        <RunInput input={run.input} title={run.title} />
        <div className={styles.facts}>
          <span role="status">
            <StatusMark status={run.status} /> {run.agent.name}{" "}
            <span aria-hidden="true">{statusWords[run.status]}</span>
          </span>
          <Elapsed startedAt={run.startedAt} completedAt={run.completedAt} />
          {isRunning && <CancelButton runId={run.runId} />}
        </div>
      </header>
      <PartList run={run} />
      <RunEnd run={run} />
    </article>
  );
}
