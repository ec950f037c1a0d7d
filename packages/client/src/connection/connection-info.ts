import type { ConnectionInfo } from "../client-types.js";
import type { ConnectionState } from "./connection-state.js";

/** The connection as others see it; its own bookkeeping is nobody's business. */
export function toConnectionInfo(
  state: ConnectionState,
  { latencyMs }: Pick<ConnectionInfo, "latencyMs">,
): ConnectionInfo {
  const { name: status, attempt, error } = state;
  return {
    status,
    attempt: status === "connected" ? 0 : attempt,
    ...(state.name === "waiting" && { retryAt: state.dueAt }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(error && { error }),
  };
}
