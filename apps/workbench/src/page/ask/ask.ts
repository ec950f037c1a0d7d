/** A question, as the form has it. An empty folder means the default one. */
export interface Question {
  readonly folder: string;
  readonly question: string;
}

/** Asks, and answers the id of the run that will work on it. Rejects with a sentence for the person. */
export async function ask({ folder, question }: Question): Promise<string> {
  const body = JSON.stringify({ question, ...(folder.trim() && { folder: folder.trim() }) });
  const response = await post(body);
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok && isObject(answer) && typeof answer.runId === "string") return answer.runId;
  throw new Error(
    isObject(answer) && typeof answer.message === "string"
      ? answer.message
      : `The server answered ${response.status} ${response.statusText}.`,
  );
}

function post(body: string): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch("/api/questions", { method: "POST", headers, body }).catch(() => {
    throw new Error("The server cannot be reached. Is the workbench still running?");
  });
}

/** The folder that an empty field stands for, or `undefined` when the server does not say. */
export async function fetchDefaultFolder(signal: AbortSignal): Promise<string | undefined> {
  try {
    const answer: unknown = await (await fetch("/api/defaults", { signal })).json();
    return isObject(answer) && typeof answer.folder === "string" ? answer.folder : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}
