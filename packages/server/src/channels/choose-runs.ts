import type { ChannelHead, EventStore, RunRow } from "@runwire/store";
import type { LogEntry } from "../log/entry.js";
import type { EventLog } from "../log/event-log.js";

/**
 * Which of a channel's history a delivery from the start is to have, chosen once (`runs: N`): the last N root
 * runs and those that go on, each with its descendants, the channel's own events since the first of them, and
 * before it the latest of each name and key.
 */
export interface RunChoice {
  /** The offset of the first chosen run. */
  readonly first: number;
  /** The head when the choice was made; whatever comes after it is delivered whole. */
  readonly chosenAt: number;
  /** Of the channel itself, from before `first`. */
  readonly earlier: readonly LogEntry[];
  /** Whether some runs were left out. */
  readonly leavesOut: boolean;
  /** Whether the delivery has this event. Ask in the order of the offsets: it learns of descendants by their start. */
  includes(entry: LogEntry): boolean;
}

/** What is chosen from. */
export interface ChoiceRequest {
  readonly channel: string;
  /** How many of the latest root runs. */
  readonly runs: number;
  /**
   * The root runs that go on, read before `head`: one that ends in between went on at the head, and one that starts
   * in between is among the latest.
   */
  readonly open: readonly RunRow[];
  /** Where the choice is made. */
  readonly head: ChannelHead;
}

/**
 * Chooses. `undefined` where there is no root run: then there is nothing to leave out.
 *
 * @throws RunwireError `store_unavailable`
 */
export async function chooseRuns(
  log: EventLog,
  { channel, runs, open, head }: ChoiceRequest,
): Promise<RunChoice | undefined> {
  const { store } = log;
  const { latest, more } = await listLatest(store, channel, runs, head);
  // One that lies beyond the head is of a log that was deleted between the two questions.
  const openAtHead = open.filter(({ first }) => first <= head.offset);
  const roots = new Map([...openAtHead, ...latest].map((row) => [row.runId, row]));
  if (roots.size === 0) return undefined;
  const first = Math.min(...[...roots.values()].map((row) => row.first));
  const earlier = await store.latestCustom(channel, first - 1);
  const leavesOut = more && (await isOneMissing(store, channel, latest, openAtHead));
  return {
    first,
    chosenAt: head.offset,
    earlier: log.toEntries(channel, earlier),
    leavesOut,
    includes: createFilter(new Set(roots.keys()), head.offset),
  };
}

/** The latest root runs that had started at the head, newest first. */
async function listLatest(store: EventStore, channel: string, runs: number, head: ChannelHead) {
  const latest: RunRow[] = [];
  let before: string | undefined;
  for (;;) {
    const page = { channel, limit: runs - latest.length, maxDescendants: 1 };
    const listed = await store.listRuns({ ...page, ...(before !== undefined && { before }) });
    const roots = (listed.runs ?? []).filter(isRoot);
    latest.push(...roots.filter(({ first }) => first <= head.offset));
    before = roots.at(-1)?.runId;
    if (latest.length >= runs || !listed.more || before === undefined)
      return { latest, more: listed.more };
  }
}

function isRoot(row: RunRow): boolean {
  return row.parentRunId === undefined;
}

/** Whether a root run older than the latest ones is not among the open ones. */
async function isOneMissing(
  store: EventStore,
  channel: string,
  latest: readonly RunRow[],
  open: readonly RunRow[],
): Promise<boolean> {
  const oldest = latest.at(-1);
  if (!oldest) return false;
  const isOpen = new Set(open.map((row) => row.runId));
  // One more than could all be open ones.
  const limit = Math.min(open.length + 1, 1000);
  const older = await store.listRuns({ channel, limit, before: oldest.runId, maxDescendants: 1 });
  return (older.runs ?? []).some((row) => isRoot(row) && !isOpen.has(row.runId));
}

function createFilter(chosen: Set<string>, chosenAt: number): RunChoice["includes"] {
  return ({ event, offset }) => {
    if (offset > chosenAt) return true;
    const { runId } = event;
    if (runId === undefined) return true;
    const isDescendant =
      event.type === "agent_started" &&
      typeof event.parentRunId === "string" &&
      chosen.has(event.parentRunId);
    if (isDescendant) chosen.add(runId);
    return chosen.has(runId);
  };
}
