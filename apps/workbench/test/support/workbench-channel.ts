import { createRunwireClient, type RunwireClient } from "@runwire/client";
import {
  type ChannelState,
  emptyChannelState,
  type LoggedEvent,
  type RunState,
  reduceChannel,
  type UnknownEvent,
} from "@runwire/protocol";
import { decodeValue } from "@runwire/serializer";
import { CHANNEL } from "../../src/shared/question.ts";

/** Somebody who follows the channel from the test's own process, undisturbed by what happens to the page. */
export interface Watcher {
  readonly client: RunwireClient;
  state(): ChannelState;
  /** Resolves once `is` holds of the run. */
  until(runId: string, is: (run: RunState) => boolean): Promise<RunState>;
  close(): Promise<void>;
}

export function watchChannel(address: string): Watcher {
  const url = `${address.replace("http", "ws")}/runwire`;
  const client = createRunwireClient({
    url,
    backoff: { firstMs: 50, maxMs: 500, attempts: 1_000 },
  });
  const channel = client.channel(CHANNEL);
  channel.subscribe(() => {});
  const state = () => channel.snapshot().state;
  return {
    client,
    state,
    until(runId, is) {
      return new Promise((resolve) => {
        const look = () => {
          const run = state().runs[runId];
          if (!run || !is(run)) return;
          stop();
          resolve(run);
        };
        const stop = channel.onSnapshot(look);
        look();
      });
    },
    close: () => client.close(),
  };
}

/** What the log folds to: every event as it was written, read page by page. */
export async function foldLog(client: RunwireClient): Promise<ChannelState> {
  const events: (LoggedEvent | UnknownEvent)[] = [];
  for (let after = 0, head = 1; after < head; ) {
    const page = await client.fetch({ channel: CHANNEL, after });
    // What a page of the log holds is an event still when its values are decoded.
    events.push(...page.events.map((event) => decodeValue(event) as LoggedEvent));
    after = page.offset;
    head = page.head;
  }
  return reduceChannel(emptyChannelState, events);
}

export const isOver = (run: RunState) => run.status !== "running";

/** A tool of that name is at work, in the run or in a run inside it. */
export function isCalling(watcher: Watcher, name: string) {
  return (run: RunState): boolean =>
    Object.values(watcher.state().runs)
      .filter(({ runId, parentRunId }) => runId === run.runId || parentRunId === run.runId)
      .some(({ parts }) =>
        parts.some(
          (part) => part.type === "tool" && part.name === name && part.status === "running",
        ),
      );
}

/** Asks as the page does. */
export async function ask(address: string, question: string, folder?: string): Promise<string> {
  const response = await fetch(`${address}/api/questions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ question, folder }),
  });
  const answer = (await response.json()) as { readonly runId?: string; readonly message?: string };
  if (!answer.runId)
    throw new Error(answer.message ?? `the question was answered ${response.status}`);
  return answer.runId;
}
