import type { ChannelOptions } from "@runwire/client";
import type { ChannelState, CustomPart, MessagePart, RunState, ToolPart } from "@runwire/protocol";
import { type ChannelView, useChannel } from "./use-channel.js";
import { useRun } from "./use-run.js";

/** The application's own events: the `name` of each, and the shape of its `data`. */
export type AppEventMap = { readonly [name: string]: unknown };

/** A {@link CustomPart} that knows the application's events. */
export type CustomPartOf<AppEvents extends AppEventMap> = {
  [Name in keyof AppEvents & string]: Omit<CustomPart, "name" | "data"> & {
    readonly name: Name;
    readonly data: AppEvents[Name];
  };
}[keyof AppEvents & string];

/** A {@link RunState} whose custom parts know the application's events. */
export interface RunStateOf<AppEvents extends AppEventMap> extends Omit<RunState, "parts"> {
  readonly parts: readonly (MessagePart | ToolPart | CustomPartOf<AppEvents>)[];
}

/** A {@link ChannelState} that knows the application's events. */
export interface ChannelStateOf<AppEvents extends AppEventMap>
  extends Omit<ChannelState, "runs" | "custom" | "keyed"> {
  readonly runs: { readonly [runId: string]: RunStateOf<AppEvents> };
  readonly custom: readonly CustomPartOf<AppEvents>[];
  readonly keyed: {
    readonly [Name in keyof AppEvents & string]?: {
      readonly [key: string]: Extract<CustomPartOf<AppEvents>, { readonly name: Name }>;
    };
  };
}

/** A {@link ChannelView} that knows the application's events. */
export interface ChannelViewOf<AppEvents extends AppEventMap>
  extends Omit<ChannelView, "runs" | "state"> {
  readonly runs: readonly RunStateOf<AppEvents>[];
  readonly state: ChannelStateOf<AppEvents>;
}

/** What {@link createRunwireHooks} gives. */
export interface RunwireHooks<AppEvents extends AppEventMap> {
  useChannel(name: string, options?: ChannelOptions): ChannelViewOf<AppEvents>;
  useRun(
    channel: string,
    runId: string,
    selector?: undefined,
    options?: ChannelOptions,
  ): RunStateOf<AppEvents> | undefined;
  useRun<T>(
    channel: string,
    runId: string,
    selector: (run: RunStateOf<AppEvents>) => T,
    options?: ChannelOptions,
  ): T | undefined;
}

/**
 * The same hooks, knowing the application's own `custom` events. Types only: nothing is checked at run
 * time, so name what your agents really write.
 *
 * @example
 * type AppEvents = { todo: { items: string[] } };
 * export const { useChannel, useRun } = createRunwireHooks<AppEvents>();
 */
export function createRunwireHooks<AppEvents extends AppEventMap>(): RunwireHooks<AppEvents> {
  // The caller says which events its agents write; the hooks themselves do not look at `data`.
  return { useChannel, useRun } as unknown as RunwireHooks<AppEvents>;
}
