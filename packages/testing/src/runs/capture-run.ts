import {
  checkRun,
  emptyChannelState,
  isKnownEvent,
  type LoggedEvent,
  type RunReport,
  type RunState,
  type RunTarget,
  RunwireError,
  reduceChannel,
  type UnknownEvent,
} from "@runwire/protocol";
import { createRunwireServer, type RunwireServer, type ServerClock } from "@runwire/server";
import { createMemoryStore, type EventStore } from "@runwire/store";
import { readChannel } from "./read-channel.js";

/** An event as it was written, its values decoded. */
export type CapturedEvent = LoggedEvent | UnknownEvent;

/** Options of {@link captureRun}. */
export interface CaptureOptions {
  /** Whose events are captured. @default the one channel that was written to */
  readonly channel?: string;
  /** Whether what `work` throws is captured too, as `error`, instead of thrown on. @default false */
  readonly allowsError?: boolean;
  /** For leases and times. @default the system's */
  readonly clock?: ServerClock;
}

/** What was written. */
export interface CapturedRun<Output> {
  /** Every event of the channel, in order, none merged; values are decoded. */
  readonly events: readonly CapturedEvent[];
  /** What `checkRun` says of them; `formatRunReport` prints it. */
  readonly report: RunReport;
  /** What a page would show of the runs, in the order of their starts. */
  readonly runs: readonly RunState[];
  /** What `work` returned. */
  readonly output?: Output;
  /** What it threw, where `allowsError`. */
  readonly error?: unknown;
}

type Ending<Output> = { readonly output: Output } | { readonly error: unknown };

/**
 * Runs an agent against a server in this process and gives what it wrote.
 *
 * Rejects with what `work` throws, unless `allowsError`.
 *
 * @throws RunwireError `invalid_options` when `work` wrote to several channels and none of them was named
 * @example
 * const { events, runs } = await captureRun((target) => research(target, "src"));
 * expectRun(events).toBeACompleteRun({ outcome: "success" }).toHaveToolCall("grep");
 */
export async function captureRun<Output>(
  work: (target: RunTarget) => Output | PromiseLike<Output>,
  options: CaptureOptions = {},
): Promise<CapturedRun<Output>> {
  const { clock } = options;
  const store = createMemoryStore(clock ? { clock: () => clock.now() } : {});
  const server = createRunwireServer({
    store,
    access: "open-to-everyone",
    ...(clock && { clock }),
  });
  try {
    const ending = await finish(work, server, options);
    return toCapturedRun(await readEvents(server, store, options.channel), ending);
  } finally {
    await server.close();
    await store.close();
  }
}

async function finish<Output>(
  work: (target: RunTarget) => Output | PromiseLike<Output>,
  target: RunTarget,
  { allowsError = false }: CaptureOptions,
): Promise<Ending<Output>> {
  try {
    return { output: await work(target) };
  } catch (error) {
    if (!allowsError) throw error;
    return { error };
  }
}

async function readEvents(
  server: RunwireServer,
  store: EventStore,
  wanted: string | undefined,
): Promise<CapturedEvent[]> {
  const written = wanted === undefined ? await store.listChannels({ limit: 100 }) : [];
  if (written.length > 1)
    throw new RunwireError(
      "invalid_options",
      `several channels were written to: ${written.join(", ")}; name one as \`channel\``,
    );
  const channel = wanted ?? written[0];
  return channel === undefined ? [] : readChannel(server, channel);
}

function toCapturedRun<Output>(
  events: readonly CapturedEvent[],
  ending: Ending<Output>,
): CapturedRun<Output> {
  const { order, runs } = reduceChannel(emptyChannelState, events.filter(isKnownEvent));
  return {
    events,
    report: checkRun(events),
    runs: order.flatMap((runId) => runs[runId] ?? []),
    ...ending,
  };
}
