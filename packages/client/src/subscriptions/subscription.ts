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
import { retryMs } from "../requests/pace.js";
import { toError } from "../requests/server-error.js";
import { type ChannelView, type ChannelViewOptions, createChannelView } from "./channel-view.js";
import { createLogProgress, type LogProgress } from "./log-progress.js";
import { type Depth, fullDepth, headDepth, noDepth } from "./plan-range.js";
import { createWishes } from "./wishes.js";

export interface SubscriptionOptions extends ChannelViewOptions {
  readonly clock: Clock;
  isConnected(): boolean;
  /** A connection is needed. */
  start(): void;
  send(text: string): void;
  /** How long it goes on after the last one has left, milliseconds. */
  readonly lingerMs: number;
}

/** One channel, followed by whoever wants it: at most one subscription on the connection. */
export interface Subscription {
  /** Wants the channel in this depth, until the returned function is called. */
  follow(depth: Depth): () => void;
  /** What is shown of it. */
  readonly view: ChannelView;
  /** Something was heard of the log's end: it grew, began anew, cannot be followed, or is followed no more. */
  readonly heads: Listeners<[]>;
  readonly log: LogProgress["log"];
  readonly level: LogProgress["level"];
  /** Whether anybody wants a state of it. */
  isShown(): boolean;

  /** Asks for what is wanted and was not asked for on this connection. */
  resume(): void;
  suspend(): void;
  /** The connection has ended for good. */
  fail(error: Error): void;
  receive(message: Subscribed | Events | Unsubscribed): void;
  /** An `error` under an id that is no request's; `false` when it is not about this channel. */
  refused(error: ErrorMessage): boolean;
  /** What a pong says of the channel. */
  noteHead(head: number): void;
}

/** `onReleased` is called when nobody follows it any more; what it knew is given up. */
export function createSubscription(
  options: SubscriptionOptions,
  onReleased: () => void,
): Subscription {
  const { channel, clock, report } = options;
  const view = createChannelView(options);
  // Only the client's own readers listen here, and they do not throw.
  const heads = createListeners<[]>(() => {});
  const progress = createLogProgress();
  const wishes = createWishes(options, release);
  const retryTimer = createTimer(clock);

  /** The request whose answer decides; until it is there, nothing else of this channel counts. */
  let pendingId: string | undefined;
  /** The depth that was asked for on this connection. */
  let asked: Depth = noDepth;
  /** Whether the server may hold a subscription of ours. */
  let isHeld = false;
  let resubscribedAt = Number.NEGATIVE_INFINITY;

  return {
    follow,
    view,
    heads,
    log: progress.log,
    level: progress.level,
    isShown: () => wishes.depth() > headDepth,
    resume,
    suspend() {
      isHeld = false;
      pendingId = undefined;
      asked = noDepth;
    },
    fail(error) {
      retryTimer.clear();
      show(error);
      if (wishes.depth() === noDepth) release();
    },
    receive,
    refused,
    noteHead,
  };

  // ── who wants it ─────────────────────────────────────────────────────────────────────────────

  function follow(depth: Depth): () => void {
    const leave = wishes.add(depth);
    // It was refused: whoever comes now asks once more.
    if (view.snapshot().error) asked = noDepth;
    // After all that mount in this tick, so that they are one wish, and those that leave again are none.
    queueMicrotask(resume);
    options.start();
    return leave;
  }

  function resume(): void {
    const wanted = wishes.depth();
    if (options.isConnected() && wanted > asked) subscribe(wanted);
  }

  function release(): void {
    if (isHeld) send({ type: "unsubscribe", id: createRandomId(), channel });
    asked = noDepth;
    retryTimer.clear();
    wishes.stop();
    onReleased();
    heads.emit();
  }

  function send(message: object): void {
    options.send(JSON.stringify(message));
  }

  // ── asking ───────────────────────────────────────────────────────────────────────────────────

  function subscribe(depth: Depth): void {
    pendingId = createRandomId();
    asked = depth;
    isHeld = true;
    const fresh = depth === headDepth ? "now" : "start";
    send({
      type: "subscribe",
      id: pendingId,
      channel,
      from: progress.resume(depth) ?? fresh,
      ...(depth > headDepth && depth < fullDepth && { runs: depth }),
    });
  }

  /** At once, but not over and over: a server that answers nonsense is not asked again and again. */
  function subscribeAgain(): void {
    const now = clock.monotonic();
    const waitMs = resubscribedAt + retryMs - now;
    resubscribedAt = now;
    if (waitMs <= 0) subscribe(asked);
    else askLater(waitMs);
  }

  function askLater(ms: number): void {
    // Nothing that still comes is applied: the next answer decides.
    asked = noDepth;
    retryTimer.set(ms, resume);
  }

  // ── hearing ──────────────────────────────────────────────────────────────────────────────────

  function receive(message: Subscribed | Events | Unsubscribed): void {
    const id = "id" in message ? message.id : undefined;
    if (asked === noDepth || id !== pendingId) return;
    pendingId = undefined;
    if (message.type === "subscribed") begin(message);
    else if (message.type === "events") advance(message);
    else endedByServer(message);
  }

  function begin(message: Subscribed): void {
    const isContinued = progress.begin(message, asked);
    if (isContinued || !progress.isShown()) view.resume(isLevel());
    else view.begin(message.olderRuns === true, isLevel());
    heads.emit();
  }

  function advance(message: Events): void {
    const plan = progress.advance(message);
    if (plan === "gap") onGap(message);
    if (plan !== "apply") return;
    if (progress.isShown()) view.apply(message.events, isLevel());
    heads.emit();
  }

  function isLevel(): boolean {
    return progress.level() !== undefined;
  }

  function onGap({ after }: Events): void {
    const position = progress.log()?.offset;
    report({
      code: "gap",
      message: `"${channel}" goes on after ${after}, not ${position}`,
    });
    subscribeAgain();
  }

  function noteHead(known: number): void {
    // While an answer is awaited, or nothing is asked for, a pong says nothing.
    if (!pendingId && asked !== noDepth && progress.isStuck(known)) subscribeAgain();
  }

  // ── what does not work ───────────────────────────────────────────────────────────────────────

  function refused(message: ErrorMessage): boolean {
    if (!pendingId || message.id !== pendingId) return false;
    pendingId = undefined;
    if (isRetryable(message.code)) askLater(message.retryAfterMs ?? retryMs);
    else show(toError(message));
    return true;
  }

  function endedByServer({ code }: Unsubscribed): void {
    if (code) show(new RunwireError(code, `the server ended "${channel}" (${code})`));
    else subscribeAgain();
  }

  /** `asked` stays: until somebody new comes, or another connection, it is not asked again. */
  function show(error: Error): void {
    view.fail(error);
    heads.emit();
  }
}
