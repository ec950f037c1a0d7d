import type { EventStore, StoredPage } from "@runwire/store";
import { channel, overrideStore } from "../application/recording-store.ts";
import type { Anomaly } from "../checker/history.ts";
import type { Plant } from "../simulated/backstage.ts";

/** Mistakes that others have made, each from outside: in what the store answers, or in what the wire carries. */
export const outerPlants: {
  readonly [mistake: string]: Plant & { readonly shows: Anomaly["name"] };
} = {
  "a store that forgets which publishes it has answered": {
    shows: "inconsistent-offset",
    store: forgetPublishes,
  },
  "a store that answers before it has the events": { shows: "lost-write", store: answerFirst },
  "a store that takes half of a publish": {
    shows: "lost-write",
    store: (store) =>
      overrideStore(store, {
        append: (request) => store.append({ ...request, events: request.events.slice(0, 1) }),
      }),
  },
  "a store whose head is an old one": {
    shows: "unseen",
    store: (store) =>
      overrideStore(store, {
        head: async (name) => withOldHead(await store.head(name)),
        read: async (request) => cutPage(withOldHead(await store.read(request))),
      }),
  },
  "a server that sees what others append when it appends itself": {
    shows: "unseen",
    store: seeOwnAppends,
  },
  "a page without its last event": {
    shows: "poll-skip",
    store: (store) => changePages(store, (page) => ({ ...page, events: page.events.slice(0, -1) })),
  },
  "a page without its first event": {
    shows: "poll-skip",
    store: (store) =>
      changePages(store, (page) =>
        page.events.length > 1 ? { ...page, events: page.events.slice(1) } : page,
      ),
  },
  "a page in another order": {
    shows: "nonmonotonic",
    store: (store) =>
      changePages(store, (page) => ({ ...page, events: [...page.events].reverse() })),
  },
  "offsets that begin again in one epoch": { shows: "lost-write", oneEpoch: true },
  "rights that are asked for once": { shows: "isolation", neverRevoked: true },
  "a frame without its last event": {
    shows: "poll-skip",
    sent: changeFrames((events) => events.slice(0, -1)),
  },
  "a frame with an event twice": {
    shows: "duplicate",
    sent: changeFrames((events) => events.flatMap(twiceLast)),
  },
  "a frame in another order": {
    shows: "nonmonotonic",
    sent: changeFrames((events) => [...events].reverse()),
  },
  "a frame one short at its edge": { shows: "poll-skip", sent: shortenRange },
  "a merge that changes what is told": { shows: "nonmonotonic", sent: swapMerged },
  "a merge that changes a field": {
    shows: "misfolded",
    sent: (text) => text.replaceAll('"agent":{"name":"a"}', '"agent":{"name":"b"}'),
  },
  "a beginning that is not told": { shows: "unseen", sent: withoutReset },
  "a writer that is not told that its run was taken": {
    shows: "unaware-writer",
    sent: changeText((frame) => (frame.type === "renewed" ? { ...frame, lost: [] } : frame)),
  },
  "a client that resumes one early": { shows: "unseen", asked: resumeEarly },
  "a client that resumes one late": { shows: "unseen", asked: resumeLate },
};

function forgetPublishes(store: EventStore): EventStore {
  let count = 0;
  return overrideStore(store, {
    append: (request) => store.append({ ...request, id: `${++count}` }),
    findPublish: async () => undefined,
  });
}

/** Every fifth append is answered, and lost. */
function answerFirst(store: EventStore): EventStore {
  let count = 0;
  return overrideStore(store, {
    async append(request) {
      if (++count % 5 !== 0) return store.append(request);
      const { epoch, offset } = await store.head(channel);
      return { status: "appended", epoch, offset: offset + 1 };
    },
  });
}

function withOldHead<Head extends { readonly offset: number }>(head: Head): Head {
  return { ...head, offset: Math.max(0, head.offset - 1) };
}

/** As of the last append that was made here, or the first question. */
function seeOwnAppends(store: EventStore): EventStore {
  const seen = new Map<string, number>();
  const withOwnHead = <Head extends { readonly epoch: string; readonly offset: number }>(
    head: Head,
  ): Head => {
    const { epoch, offset } = head;
    if (!seen.has(epoch)) seen.set(epoch, offset);
    return { ...head, offset: Math.min(offset, seen.get(epoch) ?? offset) };
  };
  return overrideStore(store, {
    async append(request) {
      const result = await store.append(request);
      if (result.status === "appended")
        seen.set(result.epoch, result.offset + request.events.length - 1);
      return result;
    },
    head: async (name) => withOwnHead(await store.head(name)),
    read: async (request) => cutPage(withOwnHead(await store.read(request))),
  });
}

/** A page never has more than the head that it tells. */
function cutPage(page: StoredPage): StoredPage {
  const events = page.events.filter(({ offset }) => offset <= page.offset);
  return { ...page, events, through: Math.min(page.through, page.offset) };
}

function changePages(store: EventStore, change: (page: StoredPage) => StoredPage): EventStore {
  return overrideStore(store, { read: async (request) => change(await store.read(request)) });
}

/** What the wire carries, as far as it is changed here. */
interface Frame {
  readonly type?: string;
  readonly after?: number;
  readonly offset?: number;
  readonly events?: readonly FrameEvent[];
  readonly from?: string | { readonly epoch: string; readonly offset: number };
  readonly reset?: string;
  readonly lost?: readonly unknown[];
}

interface FrameEvent {
  readonly offset: number;
  readonly delta?: string;
}

function changeText(change: (frame: Frame) => Frame): (text: string) => string {
  // Both sides only send messages of the protocol.
  return (text) => JSON.stringify(change(JSON.parse(text) as Frame));
}

function changeFrames(change: (events: readonly FrameEvent[]) => readonly FrameEvent[]) {
  return changeText((frame) =>
    frame.type === "events" ? { ...frame, events: change(frame.events ?? []) } : frame,
  );
}

function twiceLast(event: FrameEvent, index: number, all: readonly FrameEvent[]) {
  return index === all.length - 1 ? [event, event] : [event];
}

function shortenRange(text: string): string {
  return changeText(({ ...frame }) =>
    frame.type === "events" && (frame.events?.length ?? 0) > 1
      ? { ...frame, events: frame.events?.slice(1) ?? [] }
      : frame,
  )(text);
}

function swapMerged(text: string): string {
  const swap = (delta: string) => delta.replace(/(«[^»]*»)(«[^»]*»)/, "$2$1");
  return changeFrames((events) =>
    events.map((event) => (event.delta ? { ...event, delta: swap(event.delta) } : event)),
  )(text);
}

function withoutReset(text: string): string {
  return changeText(({ reset, ...frame }) => frame)(text);
}

function resumeEarly(text: string): string {
  return moveResume(text, -1);
}

function resumeLate(text: string): string {
  return moveResume(text, 1);
}

function moveResume(text: string, by: number): string {
  return changeText((frame) => {
    const { from } = frame;
    if (frame.type !== "subscribe" || typeof from !== "object") return frame;
    return { ...frame, from: { ...from, offset: Math.max(0, from.offset + by) } };
  })(text);
}
