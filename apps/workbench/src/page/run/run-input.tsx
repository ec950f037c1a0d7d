import { FoldedText } from "./folded-text.tsx";
import styles from "./run-view.module.css";

interface RunInputProps {
  readonly input: unknown;
  readonly title: string | undefined;
}

/** What the run was asked: the folder, and the question where the title does not hold all of it. */
export function RunInput({ input, title }: RunInputProps) {
  const { folder, question } = toFields(input);
  return (
    <>
      {folder !== undefined && <p className={styles.folder}>{folder}</p>}
      {question !== undefined && question !== title && <FoldedText text={question} />}
    </>
  );
}

function toFields(input: unknown): { readonly folder?: string; readonly question?: string } {
  if (typeof input !== "object" || input === null) return {};
  const { folder, question } = input as { readonly [field: string]: unknown };
  return {
    ...(typeof folder === "string" && { folder }),
    ...(typeof question === "string" && { question }),
  };
}
