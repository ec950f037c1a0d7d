export { type AttachableServer, type AttachOptions, attachRunwire } from "./node/attach-runwire.js";
export type { AllowedHosts, AllowedOrigins } from "./node/origins.js";
