import { createHash, timingSafeEqual } from "node:crypto";

/** Who can be on a workbench: its own worker, and the person in front of it. */
export interface WorkbenchUser {
  readonly id: "worker" | "person";
}

/** The worker shows the token that the parent gave it; the page on this machine shows none. */
export function authenticate(workerToken: string) {
  return ({ token }: { readonly token?: string | undefined }): WorkbenchUser | null => {
    if (token === undefined) return { id: "person" };
    return isSameSecret(token, workerToken) ? { id: "worker" } : null;
  };
}

/** The person watches and commands; only the worker publishes. */
export function authorize(request: {
  readonly user: WorkbenchUser;
  readonly action: string;
}): boolean {
  return (
    request.user.id === "worker" || request.action === "subscribe" || request.action === "command"
  );
}

/** In constant time, whatever the lengths. */
function isSameSecret(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
