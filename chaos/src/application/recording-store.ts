import type { EventStore, StoredEvent } from "@runwire/store";
import type { HistoryEntry, MarkedEvent } from "../checker/history.ts";

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

/** The same store, whose every growth is told at once: before anybody else can know of it. */
export function recordStore(
  store: EventStore,
  now: () => number,
  note: (entry: HistoryEntry) => void,
): EventStore {
  const recorded = new Map<string, number>();

  async function record(): Promise<void> {
    const { epoch } = await store.head(channel);
    const after = recorded.get(epoch) ?? 0;
    const { events } = await store.read({ channel, after, limit: 100_000 });
    const fresh = events.filter(({ offset }) => offset > (recorded.get(epoch) ?? 0));
    const last = fresh.at(-1);
    if (!last) return;
    recorded.set(epoch, last.offset);
    note({ type: "appended", at: now(), epoch, events: toMarkedEvents(fresh) });
  }

  return overrideStore(store, {
    async append(request) {
      const result = await store.append(request);
      await record();
      return result;
    },
    async abandon(request) {
      const isDone = await store.abandon(request);
      await record();
      return isDone;
    },
  });
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
