import type { Listed, LogPage } from "@runwire/protocol";
import type { ChannelEvent, WaitOptions } from "../client-types.js";
import type { ServerError } from "../requests/server-error.js";
import type { ChannelView } from "./channel-view.js";
import type { Subscription } from "./subscription.js";

/** Which page of the channel's runs. */
export interface ListOptions extends WaitOptions {
  readonly before?: string | undefined;
  readonly limit?: number | undefined;
}

export interface OlderSource {
  list(page: ListOptions): Promise<Listed>;
  /** Reads a page, decoded where that is wanted. */
  fetch(after: number): Promise<LogPage>;
  /** Under whose state older runs are put; absent where nobody follows the channel. */
  subscription(): Subscription | undefined;
}

/**
 * Loads the newest root runs that the state lacks, with their descendants and the channel's own events
 * between them. One call after another; each goes on where the last one stopped, until the state begins anew.
 */
export function createOlderLoader(source: OlderSource): (limit?: number) => Promise<boolean> {
  let last: Promise<unknown> = Promise.resolve();

  return (limit) => {
    const next = last.then(() => load(limit));
    last = next.catch(() => {});
    return next;
  };

  async function load(limit: number | undefined): Promise<boolean> {
    const subscription = await whenLevel(source);
    // Nobody follows it: there is no state to load into.
    if (!subscription) return false;
    const { view } = subscription;
    const life = view.life();
    for (;;) {
      const { epoch, runs, more } = await source
        .list({ before: life.before, limit })
        .catch((error: ServerError) => {
          if (error.code !== "run_not_found") throw error;
          // The run that was listed last is trimmed, and all that is older with it.
          return { epoch: subscription.log()?.epoch, runs: [], more: false };
        });
      const { runs: known } = view.snapshot().state;
      const end = subscription.level() ?? 0;
      // What begins after the end of the state comes by itself, and would be there twice.
      const missing = runs.filter(({ runId, first }) => first <= end && !known[runId]);
      const events = missing.length > 0 ? await read(missing, view, epoch) : [];
      // Begun anew meanwhile, or about to: what was read belongs to another state.
      if (!events || life !== view.life() || epoch !== subscription.log()?.epoch)
        return load(limit);
      // Loaded meanwhile by a channel with other options: the two share one state.
      if (missing.some(({ runId }) => view.snapshot().state.runs[runId])) continue;
      life.before = runs.findLast((run) => !run.parentRunId)?.runId ?? life.before;
      const isFound = events.length > 0;
      if (isFound || !more) {
        view.addOlder(events, more);
        return isFound;
      }
    }
  }

  /**
   * In the order of the log: from the first of these runs to their last, and to where the state begins. Nothing where
   * the log has become another one, or some of it has gone.
   */
  async function read(
    runs: Listed["runs"],
    view: ChannelView,
    epoch: string | undefined,
  ): Promise<readonly ChannelEvent[] | undefined> {
    const life = view.life();
    const wanted = new Set<string | undefined>(runs.map(({ runId }) => runId));
    const floor = life.firsts.size > 0 ? Math.min(...life.firsts.values()) : 0;
    let after = Math.min(...runs.map(({ first }) => first)) - 1;
    const end = Math.max(...runs.map(({ last }) => last), floor - 1);
    const events: ChannelEvent[] = [];
    while (after < end && life === view.life()) {
      const page = await source.fetch(after);
      if (page.trimmed || page.epoch !== epoch) return undefined;
      for (const event of page.events)
        if (event.runId === undefined ? event.offset < floor : wanted.has(event.runId))
          events.push(event);
      if (page.offset <= after) break;
      after = page.offset;
    }
    return events;
  }
}

/**
 * The subscription once its state is level with the log: until then nobody can tell what it lacks from what is on
 * its way. One that is refused comes as it is.
 */
async function whenLevel(source: OlderSource): Promise<Subscription | undefined> {
  const subscription = source.subscription();
  const isSettled = () =>
    (subscription?.level() ?? subscription?.view.snapshot().error) !== undefined;
  if (!subscription || isSettled()) return subscription;
  if (!subscription.isShown()) return undefined;
  await new Promise<void>((resolve) => {
    const stop = subscription.heads.add(() => {
      if (!isSettled() && source.subscription() === subscription) return;
      stop();
      resolve();
    });
  });
  return whenLevel(source);
}
