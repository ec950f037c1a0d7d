"use client";
export { ConnectionStatus, type ConnectionStatusProps } from "./connection-status.js";
export {
  type AppEventMap,
  type ChannelStateOf,
  type ChannelViewOf,
  type CustomPartOf,
  createRunwireHooks,
  type RunStateOf,
  type RunwireHooks,
} from "./create-runwire-hooks.js";
export {
  RunwireProvider,
  type RunwireProviderProps,
  useRunwireClient,
} from "./runwire-provider.js";
export { type ChannelView, useChannel } from "./use-channel.js";
export { type ConnectionView, useConnection } from "./use-connection.js";
export { useRun } from "./use-run.js";
export { type RunCommands, useRunCommands } from "./use-run-commands.js";
