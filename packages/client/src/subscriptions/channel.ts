import { type LogPage, RunwireError } from "@runwire/protocol";
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
  /** The connection is needed. */
  start(): void;
}

/** How often a request is sent again where the server says that it may. */
const retries = 5;

export function createChannel(
  name: string,
  { runs: depth = fullDepth }: ChannelOptions,
  { subscriptions, requests, decodeValues, start }: ChannelParts,
): Channel {
  const loadOlder = createOlderLoader({
    list,
    fetch,
    view: () => subscriptions.find(name)?.view,
  });

  return {
    name,
    subscribe: (listener) => follow(subscriptions.of(name).view.addListener(listener)),
    onSnapshot: (listener) => follow(subscriptions.of(name).view.changes.add(listener)),
    snapshot: () => subscriptions.find(name)?.view.snapshot() ?? emptySnapshot,
    events: (options = {}) => ({
      [Symbol.asyncIterator]() {
        start();
        return readEvents({ fetch, subscription: () => subscriptions.of(name) }, options);
      },
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
    start();
    return () => {
      undo();
      leave();
    };
  }

  function fetch(after: number): Promise<LogPage> {
    start();
    return requests.ask({
      answer: "fetched",
      // Who follows a log waits for its store, however long that is away.
      retries: Number.POSITIVE_INFINITY,
      message: { type: "fetch", channel: name, after },
      decodeValues,
    });
  }

  function list(before: string | undefined, limit: number | undefined) {
    start();
    return requests.ask({
      answer: "listed",
      retries,
      message: { type: "list", channel: name, before, limit },
    });
  }

  async function command(runId: string, command: string, data?: unknown): Promise<unknown> {
    const message = { type: "command", channel: name, runId, name: command, data };
    refuseUnlessJson(message);
    start();
    const { result } = await requests.ask({
      answer: "commanded",
      retries,
      message,
      decodeValues,
    });
    return result;
  }
}

function refuseUnlessJson(message: object): void {
  try {
    JSON.stringify(message);
  } catch (cause) {
    throw new RunwireError("bad_message", "a command's data is JSON; it holds something else", {
      cause,
    });
  }
}
