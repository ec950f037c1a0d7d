/** Why a server does not let us in. */
export interface Refusal {
  readonly code: unknown;
  readonly message: string;
  readonly retryAfterMs?: unknown;
}

/**
 * Asks the socket's own address why no socket can be opened there: browsers do not tell. Resolves to `undefined`
 * where nobody says so, or who says it is no runwire server. The attempt itself does not wait for longer than its step.
 */
export async function askWhy(url: string): Promise<Refusal | undefined> {
  try {
    const answer = await fetch(url.replace("ws", "http"), {
      // With a GET a page does not say where it is to a server that passes for its own.
      method: "POST",
    });
    const body = await answer.json();
    return body.type === "error" ? body : undefined;
  } catch {
    return undefined;
  }
}
