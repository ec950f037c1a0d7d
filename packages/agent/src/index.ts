export type { ValueOptions } from "./encoding/encode-event.js";
export type { Environment } from "./environment.js";
export { type PublishCustomOptions, publishCustom } from "./publish-custom.js";
export { type ResumeRunOptions, resumeRun } from "./resume-run.js";
export type * from "./run/run-types.js";
export { startRun } from "./start-run.js";
export { type WithRunOptions, withRun } from "./with-run.js";
