import {
  type FetchRequest,
  maxEventBytes,
  maxMessageBytes,
  type PublishRequest,
  RunwireError,
  type Welcome,
} from "@runwire/protocol";
import { type RunwireClientOptions, resolveOptions } from "./client-options.js";
import type { RunwireClient, WaitOptions } from "./client-types.js";
import { toConnectionInfo } from "./connection/connection-info.js";
import { type ConnectionState, initialState } from "./connection/connection-state.js";
import { createManagedConnection } from "./connection/managed-connection.js";
import { createReporter } from "./reporter.js";
import { createRequests } from "./requests/requests.js";
import { createTokenRefresh } from "./requests/token-refresh.js";
import { routeMessage } from "./route-message.js";
import { createRunAttachments } from "./runs/run-attachments.js";
import { createChannels } from "./subscriptions/channels.js";
import { createSubscriptions } from "./subscriptions/subscriptions.js";
import { createWatched } from "./watched.js";
import { toWebSocketUrl } from "./web-socket-url.js";

/** What holds until `welcome` says otherwise. */
const defaultLimits = { maxEventBytes, maxMessageBytes };

/** What a publish holds beside its events: names and punctuation, in bytes. */
const publishFrameBytes = 4_096;

/**
 * Makes a client: one connection, many channels. Nothing is opened until something needs it: a listener,
 * a request, a run, or `reconnect()`.
 *
 * The network never throws at the caller: it changes `status`, and what is asked meanwhile waits.
 *
 * @throws RunwireError `invalid_url`, `invalid_options`
 * @example
 * const client = createRunwireClient({ url: "/runwire", token: () => freshToken() });
 * const stop = client.channel("chat:42").subscribe((state) => render(state));
 */
export function createRunwireClient(options: RunwireClientOptions): RunwireClient {
  const { url, ...resolved } = resolveOptions(options);
  // Where pages are made by a server there is no address yet: a path is looked at when it is opened.
  if (globalThis.location || !/^\//.test(url)) toWebSocketUrl(url);

  let limits: Pick<Welcome, "maxEventBytes" | "maxMessageBytes"> = defaultLimits;
  let closing: Promise<void> | undefined;

  const means = { ...resolved, start, send, isConnected, maxBytes: () => limits.maxMessageBytes };
  const report = createReporter(means);
  const info = createWatched(toConnectionInfo(initialState, {}), (cause) =>
    report({ code: "listener_failed", message: "a listener of onStatus threw", cause }),
  );
  const requests = createRequests(means);
  const parts = { ...means, report, requests };
  const runs = createRunAttachments(parts);
  const subscriptions = createSubscriptions(parts);
  const connection = createManagedConnection({
    ...parts,
    url: () => toWebSocketUrl(url),
    // Who opens sockets in another way reaches them in another way.
    canAskWhy: !options.WebSocket,
    onMessage: (message, text) => routeMessage(receivers, message, text),
    onChange: change,
  });
  const refresh = createTokenRefresh({ ...parts, ...connection });
  const receivers = { ...parts, info, subscriptions, runs, refresh, welcome };
  const stopPage = resolved.page((type) => connection.dispatch({ type }));

  return {
    channel: createChannels({ ...parts, subscriptions }),
    get status() {
      return info.get().status;
    },
    get latencyMs() {
      return info.get().latencyMs;
    },
    get connection() {
      return info.get();
    },
    get maxEventBytes() {
      return limits.maxEventBytes;
    },
    get maxPublishBytes() {
      return limits.maxMessageBytes - publishFrameBytes;
    },
    onStatus: info.watch,
    reconnect: () => connection.dispatch({ type: "reconnect" }),
    close,
    publish,
    fetch,
    attachRun(attachment, handlers) {
      start();
      return runs.attach(attachment, handlers);
    },
  };

  // ── what is asked of it ──────────────────────────────────────────────────────────────────────

  async function publish({ id, writer, channel, events }: PublishRequest) {
    const { epoch, offset } = await requests.ask({
      answer: "published",
      kind: "publish",
      id,
      message: { type: "publish", writer, channel },
      // The events are JSON already, encoded once.
      members: `,"events":[${events.join()}]`,
    });
    return { epoch, offset };
  }

  function fetch({ signal, ...request }: FetchRequest & WaitOptions) {
    return requests.ask({ answer: "fetched", message: { ...request, type: "fetch" }, signal });
  }

  function start(): void {
    connection.dispatch({ type: "start" });
  }

  function isConnected(): boolean {
    return info.get().status === "connected";
  }

  function close(): Promise<void> {
    if (!closing) {
      stopPage();
      connection.dispatch({ type: "close" });
      closing = connection.gone();
    }
    return closing;
  }

  // ── what the connection brings ───────────────────────────────────────────────────────────────

  function send(text: string): boolean {
    return connection.send(text);
  }

  function welcome(message: Welcome): void {
    limits = { ...defaultLimits, ...message };
    refresh.receive(message);
    // In this order (PROTOCOL.md § 5): the server learns of runs before it is asked to go on with them.
    requests.resume("publish");
    runs.resume();
    subscriptions.resume();
    requests.resume();
  }

  function change(state: ConnectionState, before: ConnectionState): void {
    const error = state.name === "closed" ? closedError(state.error) : undefined;
    requests.fail(error);
    if (before.name === "connected") {
      refresh.suspend();
      requests.suspend();
      subscriptions.suspend();
    }
    info.set(toConnectionInfo(state, info.get()));
    if (error) runs.fail(error);
    subscriptions.fail(error);
  }
}

/** What is unanswered when the connection has ended for good rejects with it. */
function closedError(cause: Error | undefined): Error {
  return new RunwireError("closed", `the client is closed${cause ? `: ${cause.message}` : ""}`, {
    cause,
  });
}
