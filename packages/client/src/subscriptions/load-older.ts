import type { Listed, LogPage } from "@runwire/protocol";
import type { ChannelEvent, WaitOptions } from "../client-types.js";
import type { ServerError } from "../requests/server-error.js";
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
    return (await loadPage(subscription, limit)) ?? load(limit);
  }

  /** Whether a page of the channel's runs brought any; nothing where more has to be read, or the state began anew. */
  async function loadPage(
    { view, level, log }: Subscription,
    limit: number | undefined,
  ): Promise<boolean | undefined> {
    const life = view.life();
    const known = (runId: string) => view.snapshot().state.runs[runId];
    const end = () => level() ?? 0;
    const { epoch, runs, more } = await source
      .list({ before: life.before, limit })
      .catch((error: ServerError) => {
        if (error.code !== "run_not_found") throw error;
        // The run that was listed last is trimmed, and all that is older with it.
        return { epoch: log()?.epoch, runs: [], more: false };
      });
    // What begins after the end of the state comes by itself, and would be there twice.
    const missing = runs.filter(({ runId, first }) => first <= end() && !known(runId));
    const wanted = new Set<unknown>(missing.map(({ runId }) => runId));
    const goesOn = missing.some((run) => !run.completedAt);
    const floor = life.firsts.size > 0 ? Math.min(...life.firsts.values()) : 0;
    const last = Math.max(...missing.map((run) => run.last), floor - 1);
    const events: ChannelEvent[] = [];
    // In the order of the log: to their last, to where the state begins, and to what has passed by the state meanwhile.
    let after = Math.min(...missing.map(({ first }) => first)) - 1;
    while (after < Math.max(last, goesOn ? end() : 0) && life === view.life()) {
      const page = await source.fetch(after);
      // The log has become another one, or some of it has gone.
      if (page.trimmed || page.epoch !== epoch) return undefined;
      for (const event of page.events) {
        // Begun since they were listed; the state has left it out, for it did not know the parent.
        if (event.type === "agent_started" && wanted.has(event.parentRunId))
          wanted.add(event.runId);
        if (event.runId === undefined ? event.offset < floor : wanted.has(event.runId))
          events.push(event);
      }
      if (page.offset <= after) break;
      after = page.offset;
    }
    // Begun anew meanwhile, or about to: what was read belongs to another state.
    if (life !== view.life() || epoch !== log()?.epoch) return undefined;
    // Loaded meanwhile by a channel with other options: the two share one state.
    if (missing.some(({ runId }) => known(runId))) return undefined;
    life.before = runs.findLast((run) => !run.parentRunId)?.runId ?? life.before;
    const isFound = events.length > 0;
    if (!isFound && more) return undefined;
    // What comes after the end of the state comes by itself.
    const passed = events.filter(({ offset }) => offset <= end());
    view.addOlder(passed, more);
    return isFound;
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
