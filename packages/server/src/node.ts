export type { TrustedProxies } from "./node/arrival.js";
export type { AttachOptions } from "./node/attach-options.js";
export { type AttachableServer, attachRunwire } from "./node/attach-runwire.js";
export { boundedHttpOptions } from "./node/bounded-http-options.js";
export type { DiagnosticsOptions } from "./node/diagnostics.js";
export type { AllowedHosts, AllowedOrigins } from "./node/origins.js";
