import { useState } from "react";
import styles from "./run-list.module.css";

/** Loads the next older runs. */
export function OlderButton({ onLoadOlder }: { readonly onLoadOlder: () => Promise<boolean> }) {
  const [state, setState] = useState<"ready" | "loading" | "failed">("ready");
  const load = () => {
    setState("loading");
    onLoadOlder().then(
      () => setState("ready"),
      () => setState("failed"),
    );
  };
  return (
    <button type="button" className={styles.older} disabled={state === "loading"} onClick={load}>
      {state === "failed" ? "Could not load older runs. Try again" : "Older runs"}
    </button>
  );
}
