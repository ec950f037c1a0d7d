import {
  type Clock,
  type ErrorMessage,
  type Events,
  isRetryable,
  RunwireError,
  type Subscribed,
  type Unsubscribed,
} from "@runwire/protocol";
import { createRandomId, createTimer } from "../environment.js";
import { createListeners, type Listeners } from "../listeners.js";
import { toError } from "../requests/server-error.js";
import { type ChannelView, type ChannelViewOptions, createChannelView } from "./channel-view.js";
import {
  type Depth,
  headDepth,
  isContinuable,
  noDepth,
  type Progress,
  planRange,
} from "./plan-range.js";

export interface SubscriptionOptions extends ChannelViewOptions {
  readonly clock: Clock;
  isConnected(): boolean;
  send(message: object): void;
  /** How long it goes on after the last one has left, milliseconds. */
  readonly lingerMs: number;
  /** Nobody follows it any more, and what it knew is given up. */
  onReleased(): void;
}

/** One channel, followed by whoever wants it: at most one subscription on the connection. */
export interface Subscription {
  /** Wants the channel in this depth, until the returned function is called. */
  follow(depth: Depth): () => void;
  /** What is shown of it. */
  readonly view: ChannelView;
  /** Something was heard of the log's end: it grew, began anew, or cannot be followed. */
  readonly heads: Listeners<[]>;
  /** The log's life and length, as far as heard. */
  log(): { readonly epoch: string; readonly head: number } | undefined;

  /** Asks for what is wanted and was not asked for on this connection. */
  reconcile(): void;
  disconnected(): void;
  /** The connection has ended for good. */
  failed(error: Error): void;
  receive(message: Subscribed | Events | Unsubscribed): void;
  /** An `error` under an id that is no request's; `false` when it is not about this channel. */
  refused(error: ErrorMessage): boolean;
  /** What a pong says of the channel. */
  noteHead(head: number): void;
}

/** How long to wait before it is asked again, where nobody says how long. */
const retryMs = 1_000;

export function createSubscription(options: SubscriptionOptions): Subscription {
  const { channel, clock, send, report } = options;
  const view = createChannelView(options);
  // Only the client's own readers listen here, and they do not throw.
  const heads = createListeners<[]>(() => {});
  const wishes = new Set<{ readonly depth: Depth }>();
  const lingerTimer = createTimer(clock);
  const retryTimer = createTimer(clock);

  /** The request whose answer decides; until it is there, nothing else of this channel counts. */
  let pendingId: string | undefined;
  /** The depth that was asked for on this connection. */
  let asked: Depth = noDepth;
  /** Whether the server may hold a subscription of ours. */
  let isHeld = false;
  let progress: Progress | undefined;
  let levelAt = 0;
  let head = 0;
  /** Where the position stood at the last pong that knew more. */
  let stoodAt: number | undefined;
  let resubscribedAt = Number.NEGATIVE_INFINITY;

  return {
    follow,
    view,
    heads,
    log: () => progress && { epoch: progress.epoch, head },
    reconcile,
    disconnected() {
      isHeld = false;
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
    if (view.snapshot().error) asked = noDepth;
    // After all that mount in this tick, so that they are one wish, and those that leave again are none.
    queueMicrotask(reconcile);
    return () => {
      if (wishes.delete(wish) && wishes.size === 0) lingerTimer.set(options.lingerMs, release);
    };
  }

  function reconcile(): void {
    const wanted = Math.max(noDepth, ...Array.from(wishes, (wish) => wish.depth));
    if (options.isConnected() && wanted > asked) subscribe(wanted);
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

  function receive(message: Subscribed | Events | Unsubscribed): void {
    const isAnswer = "id" in message && message.id !== undefined;
    if (asked === noDepth || (isAnswer ? message.id : undefined) !== pendingId) return;
    pendingId = undefined;
    if (message.type === "subscribed") begin(message);
    else if (message.type === "events") advance(message);
    else endedByServer(message);
  }

  function begin({ epoch, offset, from, reset, olderRuns }: Subscribed): void {
    levelAt = head = offset;
    const before = reset ? undefined : progress;
    const { wasLevel, depth } = moveTo(
      before ?? { epoch, offset: from, depth: asked, wasLevel: false },
    );
    if (before || depth === headDepth) view.resume(wasLevel && depth > headDepth);
    else view.begin(olderRuns === true, wasLevel);
    heads.emit();
  }

  function advance(message: Events): void {
    if (!progress) return;
    const plan = planRange(progress.offset, message);
    if (plan === "gap") onGap(progress.offset, message);
    if (plan !== "apply") return;
    head = Math.max(head, message.offset);
    const { depth, wasLevel } = moveTo({ ...progress, offset: message.offset });
    if (depth > headDepth) view.apply(message.events, wasLevel);
    heads.emit();
  }

  function moveTo(next: Progress): Progress {
    progress = { ...next, wasLevel: next.wasLevel || next.offset >= levelAt };
    return progress;
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
    view.fail(error);
    heads.emit();
  }
}
