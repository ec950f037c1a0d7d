/** The one channel of the workbench: its questions and all its runs. */
export const CHANNEL = "workbench";

/** The name of the channel's event that holds a question; its key is the id of the run that answers it. */
export const QUESTION = "question";

/** A question as the channel keeps it. */
export interface AskedQuestion {
  readonly runId: string;
  readonly question: string;
  readonly folder: string;
  readonly askedAt: Date;
}

/** Whether `value` is an {@link AskedQuestion}. */
export function isAskedQuestion(value: unknown): value is AskedQuestion {
  if (typeof value !== "object" || value === null) return false;
  const { runId, question, folder, askedAt } = value as Partial<AskedQuestion>;
  return (
    typeof runId === "string" &&
    typeof question === "string" &&
    typeof folder === "string" &&
    askedAt instanceof Date
  );
}
