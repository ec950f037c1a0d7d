import {
  type ChannelState,
  type ErrorMessage,
  type Events,
  emptyChannelState,
  isRetryable,
  RunwireError,
  reduceChannel,
  type Subscribed,
  type Unsubscribed,
} from "@runwire/protocol";
import { hasTag } from "@runwire/serializer";
import type {
  ChannelEvent,
  ChannelListener,
  ChannelSnapshot,
  ClientReport,
} from "../client-types.js";
import { type Clock, createRandomId, createTimer } from "../environment.js";
import { createListeners, type Listeners } from "../listeners.js";
import { toError } from "../requests/requests.js";
import { decodeEvents } from "./decode-events.js";
import { mergeOlder } from "./merge-older.js";
import {
  type Depth,
  headDepth,
  isContinuable,
  noDepth,
  type Progress,
  planRange,
} from "./plan-range.js";

/** What stands before anything is known. */
export const emptySnapshot: ChannelSnapshot = Object.freeze({
  state: emptyChannelState,
  isLoading: true,
});

export interface SubscriptionOptions {
  readonly channel: string;
  readonly clock: Clock;
  /** Whether values are decoded. */
  readonly decodeValues: boolean;
  send(message: object): void;
  report(report: ClientReport): void;
  /** How long it goes on after the last one has left, milliseconds. */
  readonly lingerMs: number;
  /** Nobody follows it any more, and what it knew is given up. */
  onReleased(): void;
}

/** One channel, followed by whoever wants it: at most one subscription on the connection. */
export interface Subscription {
  /** Wants the channel in this depth, until the returned function is called. */
  follow(depth: Depth): () => void;
  /** Calls it for each frame, and soon for what stands already. */
  addListener(listener: ChannelListener): () => void;
  /** The snapshot is another one. */
  readonly changes: Listeners<[]>;
  /** Something was heard of the log's end: it grew, began anew, or cannot be followed. */
  readonly heads: Listeners<[]>;
  snapshot(): ChannelSnapshot;
  /** The log's life and length, as far as heard. */
  log(): { readonly epoch: string; readonly head: number } | undefined;
  /** Puts older runs under the state, unless it has begun anew since `epochOf` was asked. */
  addOlder(life: object, events: readonly ChannelEvent[], olderRuns: boolean): void;
  /** Another object whenever the state begins anew. */
  life(): object;
  /** The offset of the oldest `agent_started` in the state; 0 where there is none. */
  floor(): number;

  connected(): void;
  disconnected(): void;
  /** The connection has ended for good. */
  failed(error: Error): void;
  receive(message: Subscribed | Events | Unsubscribed, text: string): void;
  /** An `error` under an id that is no request's; `false` when it is not about this channel. */
  refused(error: ErrorMessage): boolean;
  /** What a pong says of the channel. */
  noteHead(head: number): void;
}

/** How long to wait before it is asked again, where nobody says how long. */
const retryMs = 1_000;

export function createSubscription(options: SubscriptionOptions): Subscription {
  const { channel, clock, send, report } = options;
  const onFailure = (cause: unknown) =>
    report({ code: "listener_failed", message: `a listener of "${channel}" threw`, cause });
  const frames = createListeners<Parameters<ChannelListener>>(onFailure);
  const changes: Subscription["changes"] = createListeners(onFailure);
  const heads: Subscription["heads"] = createListeners(onFailure);
  const wishes = new Set<{ readonly depth: Depth }>();
  const lingerTimer = createTimer(clock);
  const retryTimer = createTimer(clock);

  let isConnected = false;
  /** The request whose answer decides; until it is there, nothing else of this channel counts. */
  let pendingId: string | undefined;
  /** The depth that was asked for on this connection. */
  let asked: Depth = noDepth;
  /** Whether the server may hold a subscription of ours. */
  let isHeld = false;
  let progress: Progress | undefined;
  /** The offsets of the runs' `agent_started`: the order of the state's runs. */
  let firsts = new Map<string, number>();
  let levelAt = 0;
  let head = 0;
  /** Where the position stood at the last pong that knew more. */
  let stoodAt: number | undefined;
  let resubscribedAt = Number.NEGATIVE_INFINITY;
  let snapshot = emptySnapshot;

  return {
    follow,
    addListener,
    changes,
    heads,
    snapshot: () => snapshot,
    log: () => progress && { epoch: progress.epoch, head },
    life: () => firsts,
    floor: () => (firsts.size > 0 ? Math.min(...firsts.values()) : 0),
    addOlder,
    connected() {
      isConnected = true;
      reconcile();
    },
    disconnected() {
      isConnected = isHeld = false;
      pendingId = stoodAt = undefined;
      asked = noDepth;
    },
    failed(error) {
      retryTimer.clear();
      fail(error);
      if (wishes.size === 0) release();
    },
    receive,
    refused,
    noteHead,
  };

  // ── who wants it ─────────────────────────────────────────────────────────────────────────────

  function follow(depth: Depth): () => void {
    const wish = { depth };
    wishes.add(wish);
    lingerTimer.clear();
    // It was refused: whoever comes now asks once more.
    if (snapshot.error) asked = noDepth;
    reconcileSoon();
    return () => {
      if (wishes.delete(wish) && wishes.size === 0) lingerTimer.set(options.lingerMs, release);
    };
  }

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

  /** After all that mount in this tick, so that they are one wish, and those that leave again are none. */
  function reconcileSoon(): void {
    queueMicrotask(reconcile);
  }

  function reconcile(): void {
    const wanted = Math.max(noDepth, ...Array.from(wishes, (wish) => wish.depth));
    if (isConnected && wanted > asked) subscribe(wanted);
  }

  function release(): void {
    if (isHeld) send({ type: "unsubscribe", id: createRandomId(), channel });
    asked = noDepth;
    retryTimer.clear();
    lingerTimer.clear();
    options.onReleased();
  }

  // ── asking ───────────────────────────────────────────────────────────────────────────────────

  function subscribe(depth: Depth): void {
    pendingId = createRandomId();
    asked = depth;
    isHeld = true;
    stoodAt = undefined;
    if (!isContinuable(progress, depth)) progress = undefined;
    const fresh = depth === headDepth ? "now" : "start";
    send({
      type: "subscribe",
      id: pendingId,
      channel,
      from: progress ? { epoch: progress.epoch, offset: progress.offset } : fresh,
      ...(depth > headDepth && Number.isFinite(depth) && { runs: depth }),
    });
  }

  /** At once, but not over and over: a server that answers nonsense is not asked again and again. */
  function subscribeAgain(): void {
    const now = clock.now();
    const waitMs = resubscribedAt + retryMs - now;
    resubscribedAt = now;
    if (waitMs <= 0) subscribe(asked);
    else askLater(waitMs);
  }

  function askLater(ms: number): void {
    // Nothing that still comes is applied: the next answer decides.
    asked = noDepth;
    retryTimer.set(ms, reconcile);
  }

  // ── hearing ──────────────────────────────────────────────────────────────────────────────────

  function receive(message: Subscribed | Events | Unsubscribed, text: string): void {
    const isAnswer = "id" in message && message.id !== undefined;
    if (asked === noDepth || (isAnswer ? message.id : undefined) !== pendingId) return;
    pendingId = undefined;
    if (message.type === "subscribed") begin(message);
    else if (message.type === "events") advance(message, text);
    else endedByServer(message);
  }

  function begin(message: Subscribed): void {
    const { epoch, offset, from } = message;
    const isAnew = !progress || message.reset !== undefined;
    levelAt = head = offset;
    if (isAnew || !progress) progress = { epoch, offset: from, depth: asked, wasLevel: false };
    const state = isAnew
      ? { ...emptyChannelState, olderRuns: message.olderRuns === true }
      : snapshot.state;
    if (isAnew) firsts = new Map();
    moveTo(progress, state);
    if (isAnew && asked > headDepth) frames.emit(snapshot.state, []);
    heads.emit();
  }

  function advance(message: Events, text: string): void {
    if (!progress) return;
    const plan = planRange(progress.offset, message);
    if (plan === "gap") onGap(progress.offset, message);
    if (plan !== "apply") return;
    head = Math.max(head, message.offset);
    if (progress.depth === headDepth)
      moveTo({ ...progress, offset: message.offset }, snapshot.state);
    else deliver(progress, message, text);
    heads.emit();
  }

  function deliver(before: Progress, { events, offset }: Events, text: string): void {
    if (options.decodeValues && hasTag(text)) decodeEvents(events);
    const shown = snapshot;
    moveTo({ ...before, offset }, fold(snapshot.state, events));
    if (events.length > 0 || snapshot !== shown) frames.emit(snapshot.state, events);
  }

  function fold(state: ChannelState, events: readonly ChannelEvent[]): ChannelState {
    try {
      for (const { type, runId, offset } of events)
        if (type === "agent_started" && runId !== undefined && !firsts.has(runId))
          firsts.set(runId, offset);
      return reduceChannel(state, events);
    } catch (cause) {
      // Its place in the log is taken all the same: asked for again, it would come again.
      report({
        code: "malformed_message",
        message: `events of "${channel}" cannot be folded`,
        cause,
      });
      return state;
    }
  }

  /** Position, state and whether it is level change in one step, with one notification. */
  function moveTo(next: Progress, state: ChannelState): void {
    const wasLevel = next.wasLevel || next.offset >= levelAt;
    progress = { ...next, wasLevel };
    show({ state, isLoading: snapshot.isLoading && !(wasLevel && next.depth > headDepth) });
  }

  function show(next: ChannelSnapshot): void {
    const { state, isLoading, error } = snapshot;
    if (next.state === state && next.isLoading === isLoading && next.error === error) return;
    snapshot = next;
    changes.emit();
  }

  function onGap(position: number, { after }: Events): void {
    report({
      code: "gap",
      message: `"${channel}" goes on after ${after}, but stands at ${position}`,
    });
    subscribeAgain();
  }

  function noteHead(known: number): void {
    if (pendingId || asked === noDepth || !progress) return;
    const { offset } = progress;
    const isBehind = known > offset;
    const isStuck = isBehind && stoodAt === offset;
    stoodAt = isBehind ? offset : undefined;
    if (isStuck) subscribeAgain();
  }

  // ── what does not work ───────────────────────────────────────────────────────────────────────

  function refused(message: ErrorMessage): boolean {
    if (message.id === undefined || message.id !== pendingId) return false;
    pendingId = undefined;
    if (isRetryable(message.code)) askLater(message.retryAfterMs ?? retryMs);
    else fail(toError(message));
    return true;
  }

  function endedByServer({ code }: Unsubscribed): void {
    if (code)
      fail(new RunwireError(code, `the server ended the subscription of "${channel}" (${code})`));
    else subscribeAgain();
  }

  /** `asked` stays: until somebody new comes, or another connection, it is not asked again. */
  function fail(error: Error): void {
    show({ ...snapshot, error });
    heads.emit();
  }

  function addOlder(life: object, events: readonly ChannelEvent[], olderRuns: boolean): void {
    if (life !== firsts) return;
    const older = fold(emptyChannelState, events);
    show({ ...snapshot, state: mergeOlder({ ...snapshot.state, olderRuns }, older, firsts) });
  }
}
