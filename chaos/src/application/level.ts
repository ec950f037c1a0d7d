import { isDeepStrictEqual } from "node:util";
import {
  type ChannelState,
  emptyChannelState,
  type LoggedEvent,
  reduceChannel,
} from "@runwire/protocol";
import type { EventStore, StoredPage } from "@runwire/store";
import type { Anomaly } from "../checker/history.ts";
import { channel, toMarkedEvents } from "./recording-store.ts";
import type { Subscriber } from "./subscribers.ts";

/** The whole log, as the store has it. */
export function readAll(store: EventStore): Promise<StoredPage> {
  return store.read({ channel, after: 0, limit: 100_000 });
}

/** Whether everybody has what the log ends with; those who see the last runs only may have been spared it. */
export function areLevel(subscribers: readonly Subscriber[], page: StoredPage): boolean {
  const mark = toMarkedEvents(page.events).at(-1)?.marks.at(-1) ?? "";
  const latest = subscribers.filter(({ runs }) => runs !== undefined);
  if (latest.length > 0 && page.floor === 1 && checkFolds(latest, page).length > 0) return false;
  return subscribers.every(({ seen, from, runs }) => {
    if (runs !== undefined) return true;
    if (seen.size > 0) return seen.has(mark);
    const start = from();
    if (typeof start === "string") return start === "now" || page.offset === 0;
    return start.epoch === page.epoch && start.offset === page.offset;
  });
}

/** Whether everybody shows what the log folds to. Nothing may have been trimmed: then some show more than others. */
export function checkFolds(
  subscribers: readonly Subscriber[],
  { events }: StoredPage,
): readonly Anomaly[] {
  // What the store has is what it was given: events of the protocol.
  const logged: readonly LoggedEvent[] = events.map(({ json, offset }) => ({
    ...JSON.parse(json),
    offset,
  }));
  const whole = reduceChannel(emptyChannelState, logged);
  return subscribers.flatMap(({ name, state, runs }): readonly Anomaly[] => {
    const shown = state?.();
    if (!shown) return [];
    const isRight = runs === undefined ? isDeepStrictEqual : isEndOf(runs);
    return isRight(shown, whole)
      ? []
      : [{ name: "misfolded", detail: `${name} shows something else` }];
  });
}

/** Whether a state is the end of another one, with its last `count` root runs at least. */
function isEndOf(count: number): (shown: ChannelState, whole: ChannelState) => boolean {
  return (shown, whole) => {
    const expected = whole.order.filter((runId) => shown.runs[runId]);
    const roots = whole.order.filter((runId) => whole.runs[runId]?.parentRunId === undefined);
    const customs = whole.custom.slice(whole.custom.length - shown.custom.length);
    return (
      isDeepStrictEqual(shown.order, expected) &&
      expected.every((runId) => isDeepStrictEqual(shown.runs[runId], whole.runs[runId])) &&
      roots.slice(-count).every((runId) => shown.runs[runId]) &&
      isDeepStrictEqual(shown.custom, customs) &&
      (shown.olderRuns || isDeepStrictEqual(shown.order, whole.order))
    );
  };
}
