import { type ChannelState, emptyChannelState, reduceChannel } from "@runwire/protocol";
import type {
  ChannelEvent,
  ChannelListener,
  ChannelSnapshot,
  ClientReport,
} from "../client-types.js";
import { createListeners, type Listeners } from "../listeners.js";
import { mergeOlder } from "./merge-older.js";

/** What stands before anything is known. */
export const emptySnapshot: ChannelSnapshot = Object.freeze({
  state: emptyChannelState,
  isLoading: true,
});

export interface ChannelViewOptions {
  readonly channel: string;
  report(report: ClientReport): void;
}

/** A channel as it is shown: the fold of what has come, and those who are told of it. */
export interface ChannelView {
  /** Calls it for each frame, and soon for what stands already. */
  addListener(listener: ChannelListener): () => void;
  /** The snapshot is another one. */
  readonly changes: Listeners<[]>;
  snapshot(): ChannelSnapshot;
  /** The state begins anew. */
  begin(olderRuns: boolean, isLevel: boolean): void;
  /** It goes on as it is; what was wrong is over. */
  resume(isLevel: boolean): void;
  /** The events of the next range. */
  apply(events: readonly ChannelEvent[], isLevel: boolean): void;
  fail(error: Error): void;
  /** Puts older runs under the state, unless that is another one than when `life` was asked for. */
  addOlder(life: object, events: readonly ChannelEvent[], olderRuns: boolean): void;
  /** Another object whenever the state begins anew. */
  life(): object;
  /** The offset of the oldest `agent_started` in the state; 0 where there is none. */
  floor(): number;
}

export function createChannelView(options: ChannelViewOptions): ChannelView {
  const { channel, report } = options;
  const onFailure = (cause: unknown) =>
    report({ code: "listener_failed", message: `a listener of "${channel}" threw`, cause });
  const frames = createListeners<Parameters<ChannelListener>>(onFailure);
  const changes = createListeners<[]>(onFailure);
  /** The offsets of the runs' `agent_started`: the order of the state's runs. */
  let firsts = new Map<string, number>();
  let snapshot = emptySnapshot;

  return {
    addListener,
    changes,
    snapshot: () => snapshot,
    begin(olderRuns, isLevel) {
      firsts = new Map();
      move({ ...emptyChannelState, olderRuns }, isLevel);
      frames.emit(snapshot.state, []);
    },
    resume: (isLevel) => move(snapshot.state, isLevel),
    apply(events, isLevel) {
      const before = snapshot;
      move(fold(snapshot.state, events), isLevel);
      if (events.length > 0 || snapshot !== before) frames.emit(snapshot.state, events);
    },
    fail: (error) => show({ ...snapshot, error }),
    addOlder(life, events, olderRuns) {
      if (life !== firsts) return;
      const older = fold(emptyChannelState, events);
      show({ ...snapshot, state: mergeOlder({ ...snapshot.state, olderRuns }, older, firsts) });
    },
    life: () => firsts,
    floor: () => (firsts.size > 0 ? Math.min(...firsts.values()) : 0),
  };

  function addListener(listener: ChannelListener): () => void {
    const remove = frames.add(listener);
    if (snapshot.isLoading) return remove;
    // Who comes late sees what the others have seen; before the next frame, for that comes in another task.
    const late = createListeners<Parameters<ChannelListener>>(onFailure);
    const forget = late.add(listener);
    queueMicrotask(() => late.emit(snapshot.state, []));
    return () => {
      forget();
      remove();
    };
  }

  function fold(state: ChannelState, events: readonly ChannelEvent[]): ChannelState {
    try {
      for (const { type, runId, offset } of events)
        if (type === "agent_started" && runId !== undefined && !firsts.has(runId))
          firsts.set(runId, offset);
      return reduceChannel(state, events);
    } catch (cause) {
      // Its place in the log is taken all the same: asked for again, it would come again.
      const message = `events of "${channel}" cannot be folded`;
      report({ code: "malformed_message", message, cause });
      return state;
    }
  }

  /** Only the first loading shows as such. */
  function move(state: ChannelState, isLevel: boolean): void {
    show({ state, isLoading: snapshot.isLoading && !isLevel });
  }

  function show(next: ChannelSnapshot): void {
    const { state, isLoading, error } = snapshot;
    if (next.state === state && next.isLoading === isLoading && next.error === error) return;
    snapshot = next;
    changes.emit();
  }
}
