import type { LogPage } from "@runwire/protocol";
import type { Channel, ChannelOptions } from "../client-types.js";
import type { Requests } from "../requests/requests.js";
import { emptySnapshot } from "./channel-view.js";
import { createOlderLoader } from "./load-older.js";
import { fullDepth } from "./plan-range.js";
import { readEvents } from "./read-events.js";
import type { Subscriptions } from "./subscriptions.js";

export interface ChannelParts {
  readonly subscriptions: Subscriptions;
  readonly requests: Requests;
  readonly decodeValues: boolean;
}

/** How often a request is sent again where the server says that it may. */
const retries = 5;

export function createChannel(
  name: string,
  { runs: depth = fullDepth }: ChannelOptions,
  { subscriptions, requests, decodeValues }: ChannelParts,
): Channel {
  const loadOlder = createOlderLoader({
    list,
    fetch,
    subscription: () => subscriptions.find(name),
  });

  return {
    name,
    subscribe: (listener) => follow(subscriptions.of(name).view.addListener(listener)),
    onSnapshot: (listener) => follow(subscriptions.of(name).view.onSnapshot(listener)),
    snapshot: () => subscriptions.find(name)?.view.snapshot() ?? emptySnapshot,
    events: (options = {}) => ({
      [Symbol.asyncIterator]: () =>
        readEvents({ fetch, subscription: () => subscriptions.of(name) }, options),
    }),
    loadOlder: ({ limit } = {}) => loadOlder(limit),
    async runs({ before, limit } = {}) {
      const { runs, more } = await list(before, limit);
      return { runs, more };
    },
    command,
  };

  function follow(undo: () => void): () => void {
    const leave = subscriptions.of(name).follow(depth);
    return () => {
      undo();
      leave();
    };
  }

  function fetch(after: number): Promise<LogPage> {
    return requests.ask({
      answer: "fetched",
      // Who follows a log waits for its store, however long that is away.
      retries: Number.POSITIVE_INFINITY,
      message: { type: "fetch", channel: name, after },
      decodeValues,
    });
  }

  function list(before: string | undefined, limit: number | undefined) {
    return requests.ask({
      answer: "listed",
      retries,
      message: { type: "list", channel: name, before, limit },
    });
  }

  async function command(runId: string, command: string, data?: unknown): Promise<unknown> {
    const { result } = await requests.ask({
      answer: "commanded",
      retries,
      message: { type: "command", channel: name, runId, name: command, data },
      decodeValues,
    });
    return result;
  }
}
