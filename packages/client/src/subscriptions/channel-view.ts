import { type ChannelState, emptyChannelState, reduceChannel } from "@runwire/protocol";
import type {
  ChannelEvent,
  ChannelListener,
  ChannelSnapshot,
  ClientReport,
} from "../client-types.js";
import { createListeners } from "../listeners.js";
import { createWatched } from "../watched.js";
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

/** What is known of a state beside it, as long as it goes on; another object whenever it begins anew. */
interface Life {
  /** The offsets of the runs' `agent_started`: the order of the state's runs. */
  readonly firsts: Map<string, number>;
  /** The oldest root run that was listed for it: older ones stand before that. */
  before?: string | undefined;
}

/** A channel as it is shown: the fold of what has come, and those who are told of it. */
export interface ChannelView {
  /** Calls it for each frame, and soon for what stands already. */
  addListener(listener: ChannelListener): () => void;
  /** The snapshot is another one. */
  onSnapshot(listener: () => void): () => void;
  snapshot(): ChannelSnapshot;
  /** The state begins anew. */
  begin(olderRuns: boolean, isLevel: boolean): void;
  /** It goes on as it is; what was wrong is over. */
  resume(isLevel: boolean): void;
  /** The events of the next range. */
  apply(events: readonly ChannelEvent[], isLevel: boolean): void;
  fail(error: Error): void;
  life(): Life;
  /** Puts older runs under the state. */
  addOlder(events: readonly ChannelEvent[], olderRuns: boolean): void;
}

export function createChannelView({ channel, report }: ChannelViewOptions): ChannelView {
  const onFailure = (cause: unknown) =>
    report({ code: "listener_failed", message: `a listener of "${channel}" threw`, cause });
  const frames = createListeners<Parameters<ChannelListener>>(onFailure);
  const { get, set, watch } = createWatched(emptySnapshot, onFailure);
  let life: Life = { firsts: new Map() };

  return {
    addListener,
    onSnapshot: watch,
    snapshot: get,
    begin(olderRuns, isLevel) {
      life = { firsts: new Map() };
      move({ ...emptyChannelState, olderRuns }, isLevel);
      frames.emit(get().state, []);
    },
    resume: (isLevel) => move(get().state, isLevel),
    apply(events, isLevel) {
      const before = get();
      move(fold(before.state, events), isLevel);
      if (events.length > 0 || get() !== before) frames.emit(get().state, events);
    },
    fail: (error) => set({ ...get(), error }),
    life: () => life,
    addOlder(events, olderRuns) {
      const older = fold(emptyChannelState, events);
      set({ ...get(), state: mergeOlder({ ...get().state, olderRuns }, older, life.firsts) });
    },
  };

  function addListener(listener: ChannelListener): () => void {
    const remove = frames.add(listener);
    if (get().isLoading) return remove;
    // Who comes late sees what the others have seen; before the next frame, for that comes in another task.
    const late = createListeners<Parameters<ChannelListener>>(onFailure);
    const forget = late.add(listener);
    queueMicrotask(() => late.emit(get().state, []));
    return () => {
      forget();
      remove();
    };
  }

  function fold(state: ChannelState, events: readonly ChannelEvent[]): ChannelState {
    try {
      for (const { type, runId, offset } of events)
        if (type === "agent_started" && runId && !life.firsts.has(runId))
          life.firsts.set(runId, offset);
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
    set({ state, isLoading: get().isLoading && !isLevel });
  }
}
