import type { ChannelOptions } from "@runwire/client";
import type { ChannelState, RunState } from "@runwire/protocol";
import { useMemo } from "react";
import { useChannelObject, useChannelSnapshot } from "./use-channel.js";

/**
 * Follows one run. With a selector the component renders only when what it selects has changed (by
 * `Object.is`); the fold keeps the identity of every part that did not change, so `(run) => run.parts[3]`
 * is still the same object while part 4 streams.
 *
 * `undefined` until the run is known. Where the page follows the channel with options, give the same ones
 * here: they name the same subscription and the same state.
 *
 * @throws RunwireError `no_provider`, `invalid_channel`
 * @example
 * const parts = useRun("chat:42", runId, (run) => run.parts);
 */
export function useRun(
  channel: string,
  runId: string,
  selector?: undefined,
  options?: ChannelOptions,
): RunState | undefined;
export function useRun<T>(
  channel: string,
  runId: string,
  selector: (run: RunState) => T,
  options?: ChannelOptions,
): T | undefined;
export function useRun(
  name: string,
  runId: string,
  selector: (run: RunState) => unknown = wholeRun,
  options?: ChannelOptions,
): unknown {
  const channel = useChannelObject(name, options);
  const select = useMemo(() => createSelection(runId, selector), [runId, selector]);
  return useChannelSnapshot(channel, ({ state }) => select(state));
}

function wholeRun(run: RunState): RunState {
  return run;
}

/** Selects once for each state of the run, so that a selector may build a new object each time. */
function createSelection(
  runId: string,
  selector: (run: RunState) => unknown,
): (state: ChannelState) => unknown {
  let lastRun: RunState | undefined;
  let lastSelection: unknown;
  return (state) => {
    const run = state.runs[runId];
    if (run !== lastRun) {
      lastRun = run;
      lastSelection = run && selector(run);
    }
    return lastSelection;
  };
}
