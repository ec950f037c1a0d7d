import type { Anomaly, ConnectionName, EntryOf, History } from "./history.ts";

/** A connection over which a writer has renewed a run. */
type Owner = Pick<EntryOf<"attached">, "connection" | "writer">;

/** Whether a run's commands never went back to a connection while a later one of the same writer lived. */
export function checkOwners(history: History): readonly Anomaly[] {
  const anomalies: Anomaly[] = [];
  /** The living connections of each run's writers. */
  const owners = new Map<string, Owner[]>();
  /** Who has taken each run last. */
  const takers = new Map<string, string>();
  for (const entry of history) {
    if (entry.type === "taken") takers.set(entry.runId, entry.writer);
    if (entry.type === "attached") ownersOf(entry.runId).push(entry);
    if (entry.type === "gone") forget(entry.connection);
    if (entry.type !== "handedOver") continue;
    const later = findLater(entry);
    if (!later) continue;
    const detail = `${entry.runId} on ${entry.connection.order} instead of ${later.order}`;
    anomalies.push({ name: "stale-owner", detail });
  }
  return anomalies;

  function findLater({ runId, connection }: EntryOf<"handedOver">): ConnectionName | undefined {
    const known = ownersOf(runId);
    const own = known.findLast((owner) => isSame(owner.connection, connection));
    // A connection that has not renewed the run is that of whoever started it, or has just taken it.
    const present = own ? own.writer : takers.get(runId);
    const others = known.filter(({ writer }) => present === undefined || writer === present);
    return others.find((owner) => isLater(owner.connection, connection))?.connection;
  }

  function ownersOf(runId: string): Owner[] {
    const known = owners.get(runId) ?? [];
    owners.set(runId, known);
    return known;
  }

  function forget(gone: ConnectionName): void {
    for (const [runId, known] of owners)
      owners.set(
        runId,
        known.filter(({ connection }) => !isSame(connection, gone)),
      );
  }
}

function isSame(one: ConnectionName, other: ConnectionName): boolean {
  return one.server === other.server && one.order === other.order;
}

/** Of one server: others know nothing of its connections. */
function isLater(one: ConnectionName, other: ConnectionName): boolean {
  return one.server === other.server && one.order > other.order;
}
