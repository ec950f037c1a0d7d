import type { Anomaly, ConnectionName, History } from "./history.ts";

/** Whether a run's commands never went back to a connection while a later one of its writer lived. */
export function checkOwners(history: History): readonly Anomaly[] {
  const anomalies: Anomaly[] = [];
  /** The living connections of each run's writer. */
  const owners = new Map<string, ConnectionName[]>();
  for (const entry of history) {
    if (entry.type === "attached") ownersOf(entry.runId).push(entry.connection);
    if (entry.type === "gone") forget(entry.connection);
    if (entry.type !== "handedOver") continue;
    const later = ownersOf(entry.runId).find((other) => isLater(other, entry.connection));
    if (!later) continue;
    const detail = `${entry.runId} on ${entry.connection.order} instead of ${later.order}`;
    anomalies.push({ name: "stale-owner", detail });
  }
  return anomalies;

  function ownersOf(runId: string): ConnectionName[] {
    const known = owners.get(runId) ?? [];
    owners.set(runId, known);
    return known;
  }

  function forget({ server, order }: ConnectionName): void {
    for (const [runId, known] of owners)
      owners.set(
        runId,
        known.filter((other) => other.server !== server || other.order !== order),
      );
  }
}

/** Of one server: others know nothing of its connections. */
function isLater(one: ConnectionName, other: ConnectionName): boolean {
  return one.server === other.server && one.order > other.order;
}
