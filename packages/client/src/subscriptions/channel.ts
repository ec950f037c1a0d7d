import type { LogPage } from "@runwire/protocol";
import type { Channel, ChannelOptions } from "../client-types.js";
import type { Requests } from "../requests/requests.js";
import { emptySnapshot } from "./channel-view.js";
import { createOlderLoader, type ListOptions } from "./load-older.js";
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

/** As long as the server waits for a handler: nobody expects what they asked for before that to happen yet. */
const commandTimeoutMs = 30_000;

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
    async runs(page = {}) {
      const { runs, more } = await list(page);
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

  function fetch(after: number, signal?: AbortSignal): Promise<LogPage> {
    return requests.ask({
      answer: "fetched",
      // Who follows a log waits for its store, however long that is away.
      retries: Number.POSITIVE_INFINITY,
      message: { type: "fetch", channel: name, after },
      signal,
      decodeValues,
    });
  }

  function list({ signal, ...page }: ListOptions) {
    return requests.ask({
      answer: "listed",
      retries,
      message: { ...page, type: "list", channel: name },
      signal,
    });
  }

  async function command(runId: string, command: string, data?: unknown): Promise<unknown> {
    const { result } = await requests.ask({
      answer: "commanded",
      retries,
      timeoutMs: commandTimeoutMs,
      message: { type: "command", channel: name, runId, name: command, data },
      decodeValues,
    });
    return result;
  }
}
