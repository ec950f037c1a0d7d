import { type FormEvent, type KeyboardEvent, useEffect, useId, useState } from "react";
import type { OpenRun } from "../use-route.ts";
import { ask, fetchDefaultFolder } from "./ask.ts";
import styles from "./ask-form.module.css";

/** Where a person gives the agent a folder and a question. */
export function AskForm({ onAsked }: { readonly onAsked: OpenRun }) {
  const id = useId();
  const defaultFolder = useDefaultFolder();
  const [folder, setFolder] = useState("");
  const [question, setQuestion] = useState("");
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setAsking(true);
    setProblem(undefined);
    try {
      onAsked(await ask({ folder, question }));
      setQuestion("");
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setAsking(false);
    }
  };
  return (
    <form className={styles.form} onSubmit={submit} aria-describedby={problem && `${id}-problem`}>
      <label htmlFor={`${id}-question`}>Question</label>
      <textarea
        id={`${id}-question`}
        name="question"
        rows={3}
        value={question}
        placeholder="Where is the reconnect decided? How many tests are there?"
        onChange={(event) => setQuestion(event.target.value)}
        onKeyDown={submitOnModEnter}
      />
      <label htmlFor={`${id}-folder`}>Folder</label>
      <input
        id={`${id}-folder`}
        name="folder"
        value={folder}
        placeholder={defaultFolder ?? "the workbench's own repository"}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setFolder(event.target.value)}
      />
      {problem && (
        <p id={`${id}-problem`} role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
      <button type="submit" disabled={isAsking}>
        {isAsking ? "Asking …" : "Ask"}
      </button>
    </form>
  );
}

function submitOnModEnter(event: KeyboardEvent<HTMLTextAreaElement>) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
    event.currentTarget.form?.requestSubmit();
}

function useDefaultFolder(): string | undefined {
  const [folder, setFolder] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    void fetchDefaultFolder(abort.signal).then(setFolder);
    return () => abort.abort();
  }, []);
  return folder;
}
