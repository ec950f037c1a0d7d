export type { RunwireClientOptions } from "./client-options.js";
export type * from "./client-types.js";
export { type Backoff, defaultBackoff } from "./connection/backoff.js";
export type { TokenSource } from "./connection/credentials.js";
export type { WebSocketConstructor, WebSocketLike } from "./connection/transport.js";
export { createRunwireClient } from "./create-runwire-client.js";
export type { PageSignal, PageSignals } from "./page-signals.js";
export type { ServerError } from "./requests/server-error.js";
