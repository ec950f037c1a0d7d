import type { ServerClock } from "../clock.js";
import type { ServerSettings } from "../options.js";
import type { Peer } from "./peer.js";

/**
 * Sends everybody away, after a while, a batch at a time, each with a time of its own to come back, so that the next server is
 * not met by all of them at once. Resolves when all are gone; whoever is still there at the end is cut off.
 */
export async function drainConnections(
  connections: Iterable<Peer>,
  { drain, clock, random }: Pick<ServerSettings, "drain" | "clock" | "random">,
): Promise<void> {
  const all = [...connections];
  const gone = Promise.all(all.map((connection) => connection.gone()));
  let isOver = false;
  const isLate = new Promise<void>((resolve) => {
    const stopTimer = clock.after(drain.timeoutMs, resolve);
    void gone.then(stopTimer);
  });
  void isLate.then(() => {
    isOver = true;
    for (const connection of all) connection.terminate();
  });
  if (drain.graceMs > 0) await Promise.race([pause(clock, drain.graceMs), gone, isLate]);
  for (const [index, connection] of all.entries()) {
    if (index > 0 && index % drain.batchSize === 0) await pause(clock, drain.intervalMs);
    if (isOver) break;
    connection.sendAway("serviceRestart", Math.round(random() * drain.spreadMs));
  }
  await Promise.race([gone, isLate]);
}

function pause(clock: ServerClock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => void clock.after(milliseconds, resolve));
}
