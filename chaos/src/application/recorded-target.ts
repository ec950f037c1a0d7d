import { type PublishRequest, type RunTarget, RunwireError } from "@runwire/protocol";
import type { HistoryEntry } from "../checker/history.ts";
import { toMarks } from "./recording-store.ts";

type Note = (entry: HistoryEntry) => void;

/** The codes after which a publish has no effect, now or later. */
const refusals: readonly string[] = [
  "run_completed",
  "run_taken",
  "run_not_found",
  "lifecycle_violation",
  "invalid_event",
  "bad_message",
  "event_too_large",
];

/** A target whose publishes and answers are written down. */
export interface RecordedTarget extends RunTarget {
  /** As what this process writes there; empty before it did. */
  readonly writer: string;
}

export function recordTarget(target: RunTarget, note: Note): RecordedTarget {
  let writer = "";
  return {
    get writer() {
      return writer;
    },
    maxEventBytes: target.maxEventBytes,
    maxPublishBytes: target.maxPublishBytes,
    fetch: (request) => target.fetch(request),
    attachRun(attachment, handlers) {
      writer = attachment.writer;
      return target.attachRun(attachment, handlers);
    },
    publish(request) {
      writer = request.writer;
      return recordPublish(target, request, note);
    },
  };
}

async function recordPublish(target: RunTarget, request: PublishRequest, note: Note) {
  const id = `${request.writer}/${request.id}`;
  const marks = request.events.map(toMarks);
  note({ type: "publish", id, marks: marks.flat() });
  try {
    const result = await target.publish(request);
    // Of the first event that has a mark.
    const offset =
      result.offset +
      Math.max(
        0,
        marks.findIndex(({ length }) => length > 0),
      );
    note({ type: "published", id, epoch: result.epoch, offset });
    return result;
  } catch (error) {
    if (error instanceof RunwireError && refusals.includes(error.code))
      note({ type: "refused", id, code: error.code });
    throw error;
  }
}
