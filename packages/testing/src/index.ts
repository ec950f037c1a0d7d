export { createTestServer, type TestServer, type TestServerOptions } from "./create-test-server.js";
export { FakeClock, settle } from "./fake-clock.js";
export {
  createFaultProxy,
  type FaultProxy,
  type FaultProxyOptions,
} from "./faults/create-fault-proxy.js";
export type { FaultConnection, FaultTarget } from "./faults/fault-connection.js";
export type {
  CutKind,
  Direction,
  DirectionPlan,
  FaultPlan,
  FaultPlans,
} from "./faults/fault-plan.js";
export { linkInMemory, type MemoryLink, type MemoryLinkOptions } from "./memory/link-in-memory.js";
export type { MemoryConnection, SocketAcceptor } from "./memory/memory-connection.js";
export { MemorySocket, type MemorySocketHooks } from "./memory/memory-socket.js";
export {
  MemoryWebSocket,
  type MemoryWebSocketHooks,
  toWebSocketConstructor,
} from "./memory/memory-web-socket.js";
export type { Delivery } from "./memory/wire.js";
export {
  type CapturedEvent,
  type CapturedRun,
  type CaptureOptions,
  captureRun,
} from "./runs/capture-run.js";
export { expectRun, type RunAssertions } from "./runs/expect-run.js";
export type {
  CompleteRunExpectation,
  JudgedEvents,
  ToolCallExpectation,
} from "./runs/judge-run.js";
export { readChannel } from "./runs/read-channel.js";
