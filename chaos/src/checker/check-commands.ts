import { type Anomaly, type EntryOf, entriesOf, type History } from "./history.ts";

/** Whether each command had at most one effect, by the run's writer, and those that were answered had it. */
export function checkCommands(history: History): readonly Anomaly[] {
  const effects = new Set(entriesOf(history, "effect").map(({ id }) => id));
  const lost = entriesOf(history, "commanded")
    .filter(({ id }) => !effects.has(id))
    .map(({ id }) => ({ name: "lost-effect", detail: `${id} was answered` }) as const);
  return [...checkEffects(history), ...lost];
}

/** What became of a command so far. */
interface Asked {
  readonly runId: string;
  /** Who had taken the run by then, if anybody was told so. */
  readonly taker: string | undefined;
  /** Those who have taken it since, or were not told yet that they have. */
  readonly takers: string[];
  readonly handlers: string[];
  /** It was asked of a log that is lost, and may be on its way from there under a `commandId` that nobody knows any more. */
  readonly isOfLostLog?: true;
}

function checkEffects(history: History): readonly Anomaly[] {
  const anomalies: Anomaly[] = [];
  const commands = new Map<string, Asked>();
  /** Who has taken each run last, and who of them was told so. */
  const takers = new Map<string, string>();
  const told = new Map<string, string>();
  for (const entry of history) {
    if (entry.type === "taken") take(entry);
    if (entry.type === "attached") tell(entry);
    if (entry.type === "wiped") forget();
    if (entry.type === "command") know(entry.id, entry.runId);
    if (entry.type === "effect") handle(entry.id, entry.by ?? "");
  }
  return anomalies;

  function take({ runId, writer }: EntryOf<"taken">): void {
    takers.set(runId, writer);
    for (const asked of commands.values()) if (asked.runId === runId) asked.takers.push(writer);
  }

  function tell({ runId, writer }: EntryOf<"attached">): void {
    if (writer !== undefined && takers.get(runId) === writer) told.set(runId, writer);
  }

  /**
   * Whose a run is, and what became of a command, is in the store (RW-PUB-14, RW-CMD-8): with the log it is lost.
   * Commands from before may be asked again, and what is taken from then on counts for them too.
   */
  function forget(): void {
    takers.clear();
    told.clear();
    for (const [id, { runId }] of commands)
      commands.set(id, { runId, taker: undefined, takers: [], handlers: [], isOfLostLog: true });
  }

  function know(id: string, runId = ""): Asked {
    const [taker, last] = [told.get(runId), takers.get(runId)];
    const untold = last === undefined || last === taker ? [] : [last];
    const asked = commands.get(id) ?? { runId, taker, takers: untold, handlers: [] };
    commands.set(id, asked);
    return asked;
  }

  function handle(id: string, by: string): void {
    const asked = know(id);
    const { taker, handlers } = asked;
    handlers.push(by);
    if (isRepeated(asked)) {
      anomalies.push({ name: "repeated-effect", detail: `${id}, ${handlers.length} times` });
    } else if (taker !== undefined && ![taker, ...asked.takers].includes(by)) {
      const detail = `${id} was handled by ${by}, from whom ${taker} had taken the run`;
      anomalies.push({ name: "stale-owner", detail });
    }
  }
}

/** Whoever takes a run cannot know what another writer has handled, and not answered, by then. */
function isRepeated({ handlers, takers, isOfLostLog }: Asked): boolean {
  // Sent again, it has another `commandId` (RW-CMD-8), by which alone a writer knows it again (RW-CMD-11).
  const spare = isOfLostLog ? 1 : 0;
  const again = handlers.length - new Set(handlers).size;
  return again > spare || handlers.length > takers.length + 1 + spare;
}
