import type { RunState } from "@runwire/protocol";
import { memo } from "react";
import type { AskedQuestion } from "../../shared/question.ts";
import { Elapsed } from "../run/elapsed.tsx";
import { StatusMark } from "../run/status-mark.tsx";
import type { OpenRun } from "../use-route.ts";
import { OlderButton } from "./older-button.tsx";
import styles from "./run-list.module.css";

interface RunListProps {
  readonly runs: readonly RunState[];
  readonly waiting: readonly AskedQuestion[];
  readonly openRunId: string | undefined;
  readonly isLoading: boolean;
  readonly onOpen: OpenRun;
  /** Absent when there are no older runs. */
  readonly onLoadOlder: (() => Promise<boolean>) | undefined;
}

/** The questions: first those that wait, then the root runs, newest first. */
export function RunList(props: RunListProps) {
  const { runs, waiting, openRunId, isLoading, onOpen, onLoadOlder } = props;
  const roots = runs.filter((run) => run.parentRunId === undefined).reverse();
  const isEmpty = roots.length === 0 && waiting.length === 0;
  return (
    <nav aria-label="Runs" className={styles.nav} aria-busy={isLoading}>
      <h2>Runs</h2>
      {isEmpty && <p className={styles.empty}>{isLoading ? "Loading …" : "None yet."}</p>}
      <ul>
        {waiting.map(({ runId, question }) => (
          <WaitingItem
            key={runId}
            runId={runId}
            question={question}
            isOpen={runId === openRunId}
            onOpen={onOpen}
          />
        ))}
        {roots.map((run) => (
          <RunItem key={run.runId} run={run} isOpen={run.runId === openRunId} onOpen={onOpen} />
        ))}
      </ul>
      {onLoadOlder && <OlderButton onLoadOlder={onLoadOlder} />}
    </nav>
  );
}

interface ItemProps {
  readonly isOpen: boolean;
  readonly onOpen: OpenRun;
}

interface RunItemProps extends ItemProps {
  readonly run: RunState;
}

const RunItem = memo(function RunItem({ run, isOpen, onOpen }: RunItemProps) {
  return (
    <li>
      <a
        href={`/runs/${encodeURIComponent(run.runId)}`}
        aria-current={isOpen ? "page" : undefined}
        onClick={(event) => onOpen(run.runId, event)}
      >
        <StatusMark status={run.status} />
        <span className={styles.title}>{run.title ?? run.agent.name}</span>
        <Elapsed startedAt={run.startedAt} completedAt={run.completedAt} />
      </a>
    </li>
  );
});

interface WaitingItemProps extends ItemProps {
  readonly runId: string;
  readonly question: string;
}

function WaitingItem({ runId, question, isOpen, onOpen }: WaitingItemProps) {
  return (
    <li>
      <a
        href={`/runs/${encodeURIComponent(runId)}`}
        aria-current={isOpen ? "page" : undefined}
        onClick={(event) => onOpen(runId, event)}
      >
        <StatusMark status="preparing" />
        <span className={styles.title}>{question}</span>
        <span className={styles.waiting}>waiting</span>
      </a>
    </li>
  );
}
