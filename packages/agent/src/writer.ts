import type { RunTarget } from "@runwire/protocol";
import { type Environment, randomName } from "./environment.js";
import type { Outbox } from "./outbox/outbox.js";
import type { CommandAnswer } from "./run/commands.js";

/** This process as a target knows it: one name for all runs that it writes there. */
export interface Writer {
  readonly name: string;
  /** Never the same twice under this name. */
  nextPublishId(): string;
  /** Of the runs that are written at the moment, by {@link toOutboxKey}. */
  readonly runOutboxes: Map<string, Outbox>;
  /** Of single events that are being published, by {@link toOutboxKey}. */
  readonly customOutboxes: Map<string, Outbox>;
  /** What commands were answered, by `commandId`: also those of a run that was lost, and is taken up again. */
  readonly commandAnswers: Map<string, CommandAnswer>;
}

/** Names what may have one unanswered publish: a run, or a channel's own events. */
export function toOutboxKey(channel: string, runId = ""): string {
  return `${channel} ${runId}`;
}

const writers = new WeakMap<RunTarget, Writer>();

/** The writer of this process for a target; made at the first call. */
export function writerOf(target: RunTarget, environment: Environment): Writer {
  const known = writers.get(target);
  if (known) return known;
  const writer = createWriter(randomName(environment));
  writers.set(target, writer);
  return writer;
}

function createWriter(name: string): Writer {
  let count = 0;
  return {
    name,
    nextPublishId: () => String(++count),
    runOutboxes: new Map(),
    customOutboxes: new Map(),
    commandAnswers: new Map(),
  };
}
