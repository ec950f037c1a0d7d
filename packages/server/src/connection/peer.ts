import type { Connection } from "./connection.js";
import type { Outbox } from "./outbox.js";

/** What is counted, bounded, sent away and cut: a socket, or a request over HTTP for as long as it lasts. */
export type Peer = Pick<
  Connection,
  | "id"
  | "request"
  | "user"
  | "gone"
  | "subscriptions"
  | "isPaused"
  | "heardAt"
  | "revoke"
  | "disconnectUser"
  | "close"
  | "sendAway"
  | "terminate"
> & { readonly outbox: Pick<Outbox, "bufferedBytes" | "ownBytes" | "costBytes"> };
