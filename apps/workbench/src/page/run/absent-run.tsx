import { useEffect, useState } from "react";
import { toWaitingQuestions } from "../run-list/waiting-questions.ts";
import { useWorkbench } from "../use-workbench.ts";
import styles from "./run-view.module.css";

/** In place of a run that is not here: it waits for its turn, is among the older ones, or does not exist. */
export function AbsentRun({ runId }: { readonly runId: string }) {
  const { state, isLoading } = useWorkbench();
  const asked = toWaitingQuestions(state).find((question) => question.runId === runId);
  return (
    <div className={styles.absent}>
      {asked && <h2>{asked.question}</h2>}
      {asked && <p role="status">Waiting for the agent to begin …</p>}
      {!asked && isLoading && <p role="status">Loading the run …</p>}
      {!asked && !isLoading && <OlderRun />}
    </div>
  );
}

/** Loads older runs until the one looked for is here, and this component no more, or there are none left. */
function OlderRun() {
  const { loadOlder } = useWorkbench();
  const [search, setSearch] = useState<"going-on" | "ended" | "failed">("going-on");
  useEffect(() => {
    if (search !== "going-on") return;
    let isMounted = true;
    const look = async () => {
      while (isMounted && (await loadOlder({ limit: 100 })));
    };
    look().then(
      () => isMounted && setSearch("ended"),
      () => isMounted && setSearch("failed"),
    );
    return () => {
      isMounted = false;
    };
  }, [loadOlder, search]);
  if (search === "failed")
    return (
      <p role="alert">
        The run could not be loaded.{" "}
        <button type="button" onClick={() => setSearch("going-on")}>
          Try again
        </button>
      </p>
    );
  return (
    <p role="status">{search === "going-on" ? "Loading the run …" : "There is no such run."}</p>
  );
}
