import type { Listed, LogPage } from "@runwire/protocol";
import type { ChannelEvent } from "../client-types.js";
import type { ChannelView } from "./channel-view.js";

export interface OlderSource {
  list(before: string | undefined, limit: number | undefined): Promise<Listed>;
  /** Reads a page, decoded where that is wanted. */
  fetch(after: number): Promise<LogPage>;
  /** What older runs are put under; absent where nobody follows the channel. */
  view(): ChannelView | undefined;
}

/**
 * Loads the newest root runs that the state lacks, with their descendants and the channel's own events
 * between them. One call after another; each goes on where the last one stopped, until the state begins anew.
 */
export function createOlderLoader(source: OlderSource): (limit?: number) => Promise<boolean> {
  let last: Promise<unknown> = Promise.resolve();
  /** The state that `before` belongs to. */
  let life: object | undefined;
  let before: string | undefined;

  return (limit) => {
    const next = last.then(() => load(limit));
    last = next.catch(() => {});
    return next;
  };

  async function load(limit: number | undefined): Promise<boolean> {
    const view = source.view();
    // Nobody follows it: there is no state to load into.
    if (!view) return false;
    if (life !== view.life()) before = undefined;
    life = view.life();
    for (;;) {
      const { runs, more } = await source.list(before, limit);
      const { runs: known } = view.snapshot().state;
      const missing = runs.filter(({ runId }) => !Object.hasOwn(known, runId));
      const events = missing.length > 0 ? await read(missing, view) : [];
      // Begun anew meanwhile: what was read belongs to another state.
      if (life !== view.life()) return load(limit);
      before = runs.findLast((run) => run.parentRunId === undefined)?.runId ?? before;
      if (events.length > 0 || !more) view.addOlder(life, events, more);
      if (events.length > 0 || !more) return events.length > 0;
    }
  }

  /** In the order of the log: from the first of these runs to their last, and to where the state begins. */
  async function read(runs: Listed["runs"], view: ChannelView): Promise<readonly ChannelEvent[]> {
    const wanted = new Set<string | undefined>(runs.map(({ runId }) => runId));
    const floor = view.floor();
    let after = Math.min(...runs.map(({ first }) => first)) - 1;
    const end = Math.max(...runs.map(({ last }) => last), floor - 1);
    const events: ChannelEvent[] = [];
    while (after < end && life === view.life()) {
      const page = await source.fetch(after);
      for (const event of page.events)
        if (event.runId === undefined ? event.offset < floor : wanted.has(event.runId))
          events.push(event);
      if (page.offset <= after) break;
      after = page.offset;
    }
    return events;
  }
}
