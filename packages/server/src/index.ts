export type { ServerClock } from "./clock.js";
export type { AcceptRefusal, TurnedAway } from "./connection/door.js";
export type { HttpAnswer } from "./connection/http-answer.js";
export type { VisitAnswer } from "./connection/visit.js";
export type { ReceivedBody, Visitor } from "./connection/visitor.js";
export { createRunwireServer } from "./create-runwire-server.js";
export type { Logger } from "./logger.js";
export {
  type AdmissionOptions,
  type AuthOptions,
  type BatchOptions,
  type CommandOptions,
  type DrainOptions,
  defaultServerOptions,
  type HeartbeatOptions,
  type Rate,
  type ReplayOptions,
  type RetentionOption,
  type RetentionPolicy,
  type RunwireServerOptions,
  type ServerLimits,
  type SlowReaderOptions,
} from "./options.js";
export type { Revocation, RunwireServer } from "./runwire-server.js";
export type {
  ConnectionDiagnostics,
  ServerDiagnostics,
  ServerProblem,
} from "./server-diagnostics.js";
export type { AdmissionStats, ClientReport, ServerStats, ServerStatus } from "./server-stats.js";
export type { ServerSocket, SharedMessage, SocketHandlers } from "./socket.js";
export type { Action, AuthorizeRequest, ConnectRequest, Credentials, User } from "./users.js";
