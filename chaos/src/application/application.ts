import { publishCustom, type RunWriter, startRun } from "@runwire/agent";
import type { RunwireClient } from "@runwire/client";
import { type Clock, type PublishRequest, type RunTarget, RunwireError } from "@runwire/protocol";
import type { HistoryEntry, StartOfReading } from "../checker/history.ts";
import { toBytes } from "./random.ts";
import { channel, toMarks } from "./recording-store.ts";
import { follow, read, type Subscriber } from "./subscribers.ts";

/** What a client's one run does next. */
export type Writing = "start" | "note" | "think" | "say" | "tool" | "complete";

export interface ApplicationParts {
  readonly user: string;
  readonly client: RunwireClient;
  readonly clock: Clock;
  readonly random: () => number;
  note(entry: HistoryEntry): void;
}

/** What people ask of a run: something that leaves a trace, or its end. */
export type Asking = "touch" | "cancel";

/** The codes after which a publish has no effect, now or later. */
const refusals: readonly string[] = [
  "run_completed",
  "run_taken",
  "run_not_found",
  "lifecycle_violation",
];

/** What uses one client: it writes at most one run at a time, follows the channel, and reads it. */
export class Application {
  readonly user: string;
  readonly client: RunwireClient;
  readonly subscribers: Subscriber[] = [];
  readonly #parts: ApplicationParts;
  readonly #environment: { readonly clock: Clock; readonly randomBytes: (n: number) => Uint8Array };
  readonly #target: RunTarget;
  #run: Promise<RunWriter | undefined> | undefined;
  #runId: string | undefined;
  #names = 0;

  constructor(parts: ApplicationParts) {
    const { user, client, clock, random } = parts;
    this.#parts = parts;
    this.user = user;
    this.client = client;
    this.#environment = { clock, randomBytes: toBytes(random) };
    this.#target = recordPublishes(client, parts.note);
  }

  /** Nothing here waits: what it begins goes on by itself, and may fail as it likes. */
  write(what: Writing, count: number): void {
    if (what === "start" || !this.#run) this.#start();
    if (what !== "start") for (let nth = 0; nth < count; nth += 1) this.#continue(what);
    if (what === "complete") this.#run = undefined;
  }

  publish(): void {
    const options = { channel, name: "note", data: this.#mark(), ...this.#environment };
    publishCustom(this.#target, options).catch(ignore);
  }

  /** Without `runs`: all of them. */
  follow(runs?: number): void {
    this.subscribers.push(follow(this.#nameSubscriber(), runs));
  }

  loadOlder(): void {
    for (const { loadOlder } of this.subscribers) void loadOlder?.().catch(ignore);
  }

  /** The run that was begun last, if any. */
  get runId(): string | undefined {
    return this.#runId;
  }

  ask(asking: Asking, runId: string): void {
    const { note } = this.#parts;
    const id = this.#mark();
    note({ type: "command", id });
    const answered = this.client.channel(channel).command(runId, asking, id);
    answered.then(() => note({ type: "commanded", id })).catch(ignore);
  }

  read(from: StartOfReading): void {
    this.subscribers.push(read(this.#nameSubscriber(), from));
  }

  #start(): void {
    const title = this.#mark();
    const runId = `${this.user}.${this.#names}`;
    const commands = {
      touch: (id: unknown) => this.#handle(id),
      cancel: (id: unknown) => {
        this.#handle(id);
        void started.then((run) => run?.cancel({ output: id })).catch(ignore);
      },
    };
    const options = { channel, runId, agent: { name: "a" }, title, commands, ...this.#environment };
    const started = startRun(this.#target, options).catch(ignore);
    this.#run = started;
    this.#runId = runId;
  }

  /** Commands of this application carry a mark. */
  #handle(id: unknown): void {
    this.#parts.note({ type: "effect", id: String(id) });
  }

  #continue(what: Exclude<Writing, "start">): void {
    const mark = this.#mark();
    void this.#run
      ?.then((run): Promise<unknown> | undefined => {
        if (what === "note") return run?.custom("note", mark);
        if (what === "tool") return run?.tool("t", mark, () => this.#mark());
        if (what === "complete") return run?.complete({ output: mark });
        return what === "say" ? run?.say(mark) : run?.think(mark);
      })
      .catch(ignore);
  }

  #mark(): string {
    this.#names += 1;
    return `«${this.user}.${this.#names}»`;
  }

  #nameSubscriber() {
    const name = `${this.user}/${this.subscribers.length}`;
    return { ...this.#parts, name, client: this.client };
  }
}

/** What goes wrong may go wrong, as long as it is told in the way of the library. */
export function ignore(error: unknown): undefined {
  // Anything else is a mistake of these lines, or of the code under test.
  if (!(error instanceof RunwireError)) throw error;
}

/** The same target, whose publishes and answers are written down. */
function recordPublishes(target: RunTarget, note: (entry: HistoryEntry) => void): RunTarget {
  return {
    maxEventBytes: target.maxEventBytes,
    maxPublishBytes: target.maxPublishBytes,
    fetch: (request) => target.fetch(request),
    attachRun: (attachment, handlers) => target.attachRun(attachment, handlers),
    publish: (request) => recordPublish(target, request, note),
  };
}

async function recordPublish(
  target: RunTarget,
  request: PublishRequest,
  note: (entry: HistoryEntry) => void,
) {
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
      note({ type: "refused", id });
    throw error;
  }
}
