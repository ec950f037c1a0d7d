export { isRunwireError, RunwireError } from "@runwire/serializer";
export { type Clock, systemClock } from "./clock.js";
export * from "./fold/channel-state.js";
export { type MergeOptions, mergeEvents } from "./fold/merge-events.js";
export { reduceChannel } from "./fold/reduce-channel.js";
export { checkRun } from "./rules/check-run.js";
export { formatRunReport } from "./rules/format-run-report.js";
export * from "./rules/lifecycle.js";
export * from "./rules/run-report.js";
export * from "./wire/codes.js";
export { isDelta } from "./wire/delta.js";
export * from "./wire/events.js";
export {
  defaultLeaseMs,
  maxEventBytes,
  maxMessageBytes,
  maxRunsPerSubscribe,
  protocolLimits,
} from "./wire/limits.js";
export * from "./wire/messages.js";
export * from "./wire/names.js";
export * from "./wire/position.js";
export * from "./wire/run-target.js";
export * from "./wire/version.js";
