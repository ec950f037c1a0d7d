import {
  type FetchRequest,
  isChannelName,
  type PublishRequest,
  protocolLimits,
  RunwireError,
  type ServerMessage,
  type Welcome,
} from "@runwire/protocol";
import { type RunwireClientOptions, resolveOptions } from "./client-options.js";
import type { Channel, ChannelOptions, RunwireClient } from "./client-types.js";
import type { ConnectionState } from "./connection/connection-state.js";
import { createConnectionView } from "./connection/connection-view.js";
import { createManagedConnection } from "./connection/managed-connection.js";
import { createReporter } from "./reporter.js";
import { createRequests } from "./requests/requests.js";
import { createTokenRefresh } from "./requests/token-refresh.js";
import { createRunAttachments } from "./runs/run-attachments.js";
import { createChannel } from "./subscriptions/channel.js";
import { createSubscriptions } from "./subscriptions/subscriptions.js";
import { CLIENT_VERSION } from "./version.js";
import { pageAddress, toWebSocketUrl } from "./web-socket-url.js";

/** What a publish holds beside its events: names and punctuation, in bytes. */
const publishFrameBytes = 4_096;

/**
 * Makes a client: one connection, many channels. Nothing is opened until something needs it: a listener,
 * a request, a run, or `reconnect()`.
 *
 * The network never throws at the caller: it changes `status`, and what is asked meanwhile waits.
 *
 * @throws RunwireError `invalid_url`
 * @example
 * const client = createRunwireClient({ url: "/runwire", token: () => freshToken() });
 * const stop = client.channel("chat:42").subscribe((state) => render(state));
 */
export function createRunwireClient(options: RunwireClientOptions): RunwireClient {
  const { url, clock, decodeValues, ...resolved } = resolveOptions(options);
  // Where pages are made by a server there is no address yet: a path is looked at when it is opened.
  if (pageAddress() !== undefined || !url.startsWith("/")) toWebSocketUrl(url, pageAddress());

  const channels = new Map<string, Channel>();
  let limits: Pick<Welcome, "maxEventBytes" | "maxMessageBytes"> = protocolLimits;
  let closing: Promise<void> | undefined;

  const reporter = createReporter({ clock, send, onReport: options.onReport });
  const { report } = reporter;
  const view = createConnectionView(report);
  const isConnected = () => view.info().status === "connected";
  const requests = createRequests({
    send,
    clock,
    queueLimit: resolved.queueLimit,
    maxBytes: limits.maxMessageBytes,
  });
  const runs = createRunAttachments({ clock, requests, send, isConnected });
  const subscriptions = createSubscriptions({
    clock,
    decodeValues,
    report,
    isConnected,
    send: (message) => send(JSON.stringify(message)),
    lingerMs: resolved.lingerMs,
  });
  const connection = createManagedConnection({
    ...resolved,
    token: options.token,
    clock,
    url: () => toWebSocketUrl(url, pageAddress()),
    client: { name: "@runwire/client", version: CLIENT_VERSION },
    onWelcome: welcome,
    onMessage: receive,
    onMalformed: (cause) =>
      report({ code: "malformed_message", message: "a frame is no message", cause }),
    onChange: change,
    onLatency: view.noteLatency,
  });
  const refresh = createTokenRefresh({
    clock,
    requests,
    report,
    askToken: typeof options.token === "function" ? connection.askToken : undefined,
  });
  const stopPage = resolved.page((type) => connection.dispatch({ type }));

  return {
    channel,
    get status() {
      return view.info().status;
    },
    get latencyMs() {
      return view.info().latencyMs;
    },
    get connection() {
      return view.info();
    },
    get maxEventBytes() {
      return limits.maxEventBytes;
    },
    get maxPublishBytes() {
      return limits.maxMessageBytes - publishFrameBytes;
    },
    onStatus: view.onStatus,
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

  function channel(name: string, channelOptions: ChannelOptions = {}): Channel {
    if (!isChannelName(name))
      throw new RunwireError(
        "invalid_channel",
        `"${name}" is no channel name: 1–200 of A–Z a–z 0–9 . _ : / @ + -`,
      );
    const { runs: depth = 1 } = channelOptions;
    if (!Number.isInteger(depth) || depth < 1 || depth > protocolLimits.maxRunsPerSubscribe)
      throw new RunwireError(
        "invalid_options",
        `runs is ${depth}; give 1 to 1000, or nothing for all`,
      );
    const key = `${name} ${channelOptions.runs}`;
    const known = channels.get(key);
    if (known) return known;
    const made = createChannel(name, channelOptions, {
      subscriptions,
      requests,
      decodeValues,
      start,
    });
    channels.set(key, made);
    return made;
  }

  async function publish({ id, writer, channel, events }: PublishRequest) {
    start();
    const head = JSON.stringify({ type: "publish", id, writer, channel });
    const { epoch, offset } = await requests.ask({
      answer: "published",
      kind: "publish",
      id,
      // The events are JSON already, encoded once.
      text: () => `${head.slice(0, -1)},"events":[${events.join()}]}`,
    });
    return { epoch, offset };
  }

  async function fetch(request: FetchRequest) {
    start();
    return requests.ask({
      answer: "fetched",
      text: (id) => JSON.stringify({ ...request, type: "fetch", id }),
    });
  }

  function start(): void {
    connection.dispatch({ type: "start" });
  }

  function close(): Promise<void> {
    if (!closing) {
      stopPage();
      connection.dispatch({ type: "close" });
      closing = connection.whenGone();
    }
    return closing;
  }

  // ── what the connection brings ───────────────────────────────────────────────────────────────

  function send(text: string): boolean {
    return connection.send(text);
  }

  function welcome(message: Welcome): void {
    limits = { ...protocolLimits, ...message };
    requests.setMaxBytes(limits.maxMessageBytes);
    refresh.noteExpiry(message.expiresAt);
    // In this order (PROTOCOL.md § 5): the server learns of runs before it is asked to go on with them.
    requests.resume("publish");
    runs.renewAll();
    subscriptions.connected();
    requests.resume();
  }

  function change(state: ConnectionState, before: ConnectionState): void {
    const error = state.name === "closed" ? closedError(state.error) : undefined;
    requests.fail(error);
    if (before.name === "connected") {
      refresh.stop();
      requests.suspend(
        state.error ?? new RunwireError("connection_lost", "the connection has ended"),
      );
      for (const subscription of subscriptions.all()) subscription.disconnected();
    }
    view.noteState(state);
    if (!error) return;
    runs.stop(error);
    for (const subscription of subscriptions.all()) subscription.failed(error);
  }

  function receive(message: ServerMessage, text: string): void {
    switch (message.type) {
      case "subscribed":
      case "events":
      case "unsubscribed":
        subscriptions.find(message.channel)?.receive(message, text);
        break;
      case "command":
        runs.receive(message);
        break;
      case "pong":
        refresh.notePong(message.now);
        subscriptions.notePong(message);
        break;
      case "error":
        if (requests.settle(message, text) || subscriptions.refused(message)) break;
        report({ code: "server_error", message: `${message.code}: ${message.message}` });
        break;
      case "authenticated":
      case "fetched":
      case "listed":
      case "published":
      case "renewed":
      case "commanded":
        requests.settle(message, text);
        break;
      default:
      // Of a type that this version does not know: a later server's.
    }
  }
}

/** What is unanswered when the connection has ended for good rejects with it. */
function closedError(cause: Error | undefined): Error {
  return new RunwireError(
    "closed",
    cause ? `the client has stopped: ${cause.message}` : "the client is closed",
    { cause },
  );
}
