import type { Clock, ServerMessage, Welcome } from "@runwire/protocol";
import type { ClientReport, ConnectionInfo } from "./client-types.js";
import { decodeMessage } from "./decode-message.js";
import type { Requests } from "./requests/requests.js";
import type { TokenRefresh } from "./requests/token-refresh.js";
import type { RunAttachments } from "./runs/run-attachments.js";
import type { Subscriptions } from "./subscriptions/subscriptions.js";
import type { Watched } from "./watched.js";

export interface MessageReceivers {
  readonly clock: Clock;
  readonly requests: Requests;
  readonly subscriptions: Subscriptions;
  readonly runs: RunAttachments;
  readonly refresh: TokenRefresh;
  /** Whether the values of events are put back in place. */
  readonly decodeValues: boolean;
  report(report: ClientReport): void;
  welcome(message: Welcome): void;
  readonly info: Watched<ConnectionInfo>;
}

/** Hands a server's message to whom it concerns; `text` is what it was parsed from. */
export function routeMessage(to: MessageReceivers, message: ServerMessage, text: string): void {
  switch (message.type) {
    case "events":
      if (to.decodeValues) decodeMessage(message, text);
      to.subscriptions.receive(message);
      break;
    case "subscribed":
    case "unsubscribed":
      to.subscriptions.receive(message);
      break;
    case "command":
      to.runs.receive(message);
      break;
    case "pong":
      to.info.set({
        ...to.info.get(),
        latencyMs: Math.max(0, to.clock.monotonic() - message.at),
      });
      to.refresh.receive(message);
      to.subscriptions.receive(message);
      break;
    case "error":
      if (to.requests.settle(message, text) || to.subscriptions.refused(message)) break;
      to.report({ code: "server_error", message: `${message.code}: ${message.message}` });
      break;
    case "welcome":
      to.welcome(message);
      break;
    case "reconnect":
      // The connection's own.
      break;
    default:
      // An answer, or of a type that this version does not know: a later server's.
      to.requests.settle(message, text);
  }
}
