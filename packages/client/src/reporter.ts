import type { Clock } from "@runwire/protocol";
import type { ClientReport } from "./client-types.js";

export interface ReporterOptions {
  readonly clock: Clock;
  send(text: string): boolean;
  readonly onReport: ((report: ClientReport) => void) | undefined;
}

/** What concerns the server; at most so many of them a minute. */
const shared: readonly ClientReport["code"][] = ["malformed_message", "gap"];
const maxPerMinute = 10;

/** Tells the application, and the server of what went wrong on its side. */
export function createReporter({
  clock,
  send,
  onReport,
}: ReporterOptions): (report: ClientReport) => void {
  let since = Number.NEGATIVE_INFINITY;
  let sent = 0;
  return (what) => {
    try {
      onReport?.(what);
    } catch {
      // There is nobody left to tell.
    }
    if (shared.includes(what.code) && isAllowed())
      send(JSON.stringify({ type: "report", code: what.code, detail: what.message }));
  };

  function isAllowed(): boolean {
    const now = clock.monotonic();
    if (now - since >= 60_000) [since, sent] = [now, 0];
    return ++sent <= maxPerMinute;
  }
}
