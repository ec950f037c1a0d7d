import type { AppendRequest, EncodedEvent, EventStore, StoredEvent } from "@runwire/store";
import type { AppendedEvent, HistoryEntry, MarkedEvent } from "../checker/history.ts";

export const channel = "c";

/** The marks of an event: what stands between guillemets in it, or else its place. */
export function toMarked(
  event: { readonly offset: number },
  text = JSON.stringify(event),
): MarkedEvent {
  const marks = toMarks(text);
  return { offset: event.offset, marks: marks.length > 0 ? marks : [`@${event.offset}`] };
}

export function toMarks(text: string): readonly string[] {
  return [...new Set(text.match(/«[^»]*»/g))];
}

export function toMarkedEvents(events: readonly StoredEvent[]): readonly MarkedEvent[] {
  return events.map((event) => toMarked(event, event.json));
}

/** Writes down what stores of one log take, in the order of the log, whatever order it is told in. */
export interface Recorder {
  /** The same store, whose every growth is told before anybody else can know of it. */
  record(store: EventStore): EventStore;
  /** What nobody told, because whoever appended it was dead by then. */
  catchUp(store: EventStore): Promise<void>;
}

export function createRecorder(now: () => number, note: (entry: HistoryEntry) => void): Recorder {
  /** How far each log is written down. */
  const recorded = new Map<string, number>();
  /** What waits for what stands before it. */
  const waiting = new Map<string, AppendedEvent>();

  function take(epoch: string, events: readonly AppendedEvent[]): void {
    for (const event of events) waiting.set(`${epoch} ${event.offset}`, event);
    const fresh: AppendedEvent[] = [];
    let offset = recorded.get(epoch) ?? 0;
    for (let next = toNext(); next; next = toNext()) {
      offset = next.offset;
      fresh.push(next);
      waiting.delete(`${epoch} ${offset}`);
    }
    recorded.set(epoch, offset);
    if (fresh.length > 0) note({ type: "appended", at: now(), epoch, events: fresh });

    function toNext(): AppendedEvent | undefined {
      return waiting.get(`${epoch} ${offset + 1}`);
    }
  }

  async function catchUp(store: EventStore): Promise<void> {
    const { epoch } = await store.head(channel);
    const after = recorded.get(epoch) ?? 0;
    const { events, ...page } = await store.read({ channel, after, limit: 100_000 });
    if (page.epoch === epoch) take(epoch, events.map(toStored));
  }

  return {
    catchUp,
    record: (store) =>
      overrideStore(store, {
        async append(request) {
          const result = await store.append(request);
          if (result.status === "appended") take(result.epoch, toAppended(request, result.offset));
          return result;
        },
        async renew(request) {
          const lost = await store.renew(request);
          const { take: isTaken, runIds, writer } = request;
          if (isTaken)
            for (const runId of runIds.filter((each) => !lost.some((run) => run.runId === each)))
              note({ type: "taken", runId, writer });
          return lost;
        },
        async trim(name, floor, givenEpoch) {
          const { epoch, floor: before } = await store.head(name);
          const after = await store.trim(name, floor, givenEpoch);
          if (after > before) note({ type: "trimmed", epoch, floor: after });
          return after;
        },
        async abandon(request) {
          const isDone = await store.abandon(request);
          await catchUp(store);
          return isDone;
        },
      }),
  };
}

function toAppended({ writer, events }: AppendRequest, first: number): readonly AppendedEvent[] {
  return events.map(({ event, json }, index) => ({
    ...toMarked({ offset: first + index }, json),
    ...{ writer, ...toPlaceInRun(event) },
  }));
}

function toStored({ offset, json }: StoredEvent): AppendedEvent {
  // What a store has is what it was given: events of the protocol.
  return { ...toMarked({ offset }, json), ...toPlaceInRun(JSON.parse(json)) };
}

function toPlaceInRun({
  type,
  runId,
}: EncodedEvent["event"]): Pick<AppendedEvent, "runId" | "bound"> {
  if (runId === undefined) return {};
  if (type === "agent_started") return { runId, bound: "start" };
  return type === "agent_completed" ? { runId, bound: "end" } : { runId };
}

/** A store of which some methods are others; those that stay need their own `this`. */
export function overrideStore(store: EventStore, methods: Partial<EventStore>): EventStore {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
