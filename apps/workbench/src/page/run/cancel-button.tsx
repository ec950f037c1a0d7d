import { useRunCommands } from "@runwire/react";
import { useState } from "react";
import { CHANNEL } from "../../shared/question.ts";

/** Asks the run to stop; it ends by itself soon after. */
export function CancelButton({ runId }: { readonly runId: string }) {
  const { cancel } = useRunCommands(CHANNEL, runId);
  const [state, setState] = useState<"ready" | "asked">("ready");
  const [problem, setProblem] = useState<string>();
  const stop = () => {
    setState("asked");
    setProblem(undefined);
    cancel().catch((error: unknown) => {
      setState("ready");
      setProblem(error instanceof Error ? error.message : String(error));
    });
  };
  return (
    <>
      <button type="button" disabled={state === "asked"} onClick={stop}>
        {state === "asked" ? "Cancelling …" : "Cancel"}
      </button>
      {problem && <span role="alert">Could not cancel: {problem}</span>}
    </>
  );
}
