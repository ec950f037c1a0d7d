import {
  emptyChannelState,
  type LoggedEvent,
  type RunTarget,
  reduceChannel,
} from "@runwire/protocol";
import { expect } from "vitest";
import { decodeEvent } from "../../src/encoding/decode-event.js";
import type { Performance } from "./perform-program.js";

/** Everything that the channel `test` holds. */
export async function readLog(target: Pick<RunTarget, "fetch">): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for (let after = 0; ; ) {
    const page = await target.fetch({ channel: "test", after });
    // This package wrote them: it knows their types.
    events.push(...(page.events as readonly LoggedEvent[]));
    after = page.offset;
    if (after >= page.head) return events;
  }
}

/** Sees that the log tells what was written, and that each run's own state is what the log folds to. */
export function expectTold(events: readonly LoggedEvent[], { runs, textOf }: Performance): void {
  for (const { runId } of runs) {
    expect(readText(events, runId, "reasoning")).toBe(withoutHalves(textOf(runId, "think")));
    expect(readText(events, runId, "output")).toBe(withoutHalves(textOf(runId, "say")));
  }
  const folded = reduceChannel(emptyChannelState, events.map(decodeEvent)).runs;
  for (const run of runs) expect(run.state).toEqual(folded[run.runId]);
}

function readText(events: readonly LoggedEvent[], runId: string, kind: string): string {
  const deltas = events.map((event) =>
    event.type === "agent_thinking" && event.runId === runId && event.kind === kind
      ? event.delta
      : "",
  );
  return withoutHalves(deltas.join(""));
}

/** Halves of characters may be joined or replaced at the edges of pieces; all else must be there. */
function withoutHalves(text: string): string {
  return text.replace(/[\ud800-\udfff\ufffd]/g, "");
}
