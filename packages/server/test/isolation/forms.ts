import { custom, started } from "../conformance/support/sample-events.ts";
import type { Pick, Right } from "./names.ts";

/** What a prober knows: more than anybody could. */
export interface Knowledge {
  readonly user: string;
  readonly users: readonly string[];
  /** Of every channel, whoever may see it. */
  readonly epochs: readonly string[];
  readonly runIds: readonly string[];
  /** Commands that are under way, whoever asked them. */
  readonly commandIds: readonly string[];
  readonly nextNumber: () => number;
}

/** A request without its channel, and the right that it needs. */
export interface Form {
  readonly right: Right | undefined;
  /** `channel` is only for what an event says of where it was written. */
  make(pick: Pick, known: Knowledge, channel: unknown): Record<string, unknown>;
}

/** Every message that names a channel. */
export const forms: { readonly [type: string]: Form } = {
  subscribe: {
    right: "subscribe",
    make: (pick, known) => ({
      from: pick<unknown>([
        "start",
        "now",
        undefined,
        toPosition(pick, known),
        toPosition(pick, known),
      ]),
      runs: pick([undefined, undefined, 1, 1000]),
    }),
  },
  unsubscribe: { right: undefined, make: () => ({}) },
  fetch: {
    right: "subscribe",
    make: (pick, { runIds }) => ({
      after: pick([0, 1, 3, 2 ** 53 - 1]),
      limit: pick([undefined, 1, 1000]),
      runId: pick([undefined, pick(runIds), "none"]),
    }),
  },
  list: {
    right: "subscribe",
    make: (pick, { runIds }) => ({
      before: pick([undefined, pick(runIds), "none"]),
      limit: pick([undefined, 1, 100]),
    }),
  },
  publish: {
    right: "publish",
    make: (pick, known, channel) => ({
      writer: toWriter(pick, known),
      ...(pick([true, false, false]) && { id: pick(["first", "second"]) }),
      events: [toEvent(pick, known, toNote(known, channel))],
    }),
  },
  renew: {
    right: "publish",
    make: (pick, known) => ({
      writer: toWriter(pick, known),
      runIds: [pick(known.runIds), pick([...known.runIds, "none"])],
      take: pick([undefined, true]),
    }),
  },
  command: {
    right: "command",
    make: (pick, known) => ({
      ...(pick([true, false]) && { id: pick(["first", "second", "third"]) }),
      runId: pick([...known.runIds, "none"]),
      name: pick(["cancel", "message", "approve"]),
      data: { asked: known.user },
    }),
  },
};

/** What may be asked over HTTP too. */
export const overHttp: ReadonlySet<string> = new Set([
  "fetch",
  "list",
  "publish",
  "renew",
  "command",
]);

/** Messages of their own: they name no channel, and must open none. */
export function toAside(pick: Pick, { users, commandIds }: Knowledge): Record<string, unknown> {
  return pick<Record<string, unknown>>([
    { type: "ping", at: 1 },
    { type: "report", code: "hole", detail: "x" },
    { type: "handled", commandId: pick([...commandIds, "none"]), result: "forged" },
    { type: "authenticate", token: pick(users) },
    { type: "authenticate", token: "nobody's" },
  ]);
}

function toPosition(pick: Pick, { epochs }: Knowledge): object {
  return { epoch: pick([...epochs, "none"]), offset: pick([0, 1, 2, 3, 2 ** 53 - 1]) };
}

function toWriter(pick: Pick, { user, users }: Knowledge): string {
  return pick([`writer of ${user}`, `writer of ${user}`, `writer of ${pick(users)}`]);
}

function toEvent(pick: Pick, { runIds, nextNumber }: Knowledge, note: string): object {
  return pick([
    custom("note", { data: note }),
    custom("note", { data: note, key: "k" }),
    custom("note", { data: note, runId: pick(runIds) }),
    started(`run-${nextNumber()}`, { input: note }),
    { type: "no event", data: note },
  ]);
}

function toNote({ user }: Knowledge, channel: unknown): string {
  return `log <${String(channel)}> by <${user}>`;
}
