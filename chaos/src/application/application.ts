import { publishCustom, type RunWriter, resumeRun, startRun } from "@runwire/agent";
import type { RunwireClient } from "@runwire/client";
import { type Clock, RunwireError } from "@runwire/protocol";
import type { HistoryEntry, StartOfReading } from "../checker/history.ts";
import { toBytes } from "./random.ts";
import { type RecordedTarget, recordTarget } from "./recorded-target.ts";
import { channel } from "./recording-store.ts";
import { follow, read, type Subscriber } from "./subscribers.ts";

/** What a client's one run does next. */
export type Writing = "start" | "note" | "think" | "say" | "tool" | "complete";

export interface ApplicationParts {
  readonly user: string;
  /** Of this process, where the user has others. @default the user's */
  readonly name?: string;
  readonly client: RunwireClient;
  readonly clock: Clock;
  readonly random: () => number;
  note(entry: HistoryEntry): void;
}

/** What people ask of a run: something that leaves a trace, or its end. */
export type Asking = "touch" | "cancel";

/** What uses one client: it writes at most one run at a time, follows the channel, and reads it. */
export class Application {
  readonly user: string;
  readonly client: RunwireClient;
  readonly subscribers: Subscriber[] = [];
  readonly #parts: ApplicationParts;
  readonly #environment: { readonly clock: Clock; readonly randomBytes: (n: number) => Uint8Array };
  readonly #target: RecordedTarget;
  #run: Promise<RunWriter | undefined> | undefined;
  #runId: string | undefined;
  readonly #name: string;
  #names = 0;
  #asks = 0;

  constructor(parts: ApplicationParts) {
    const { user, name = user, client, clock, random } = parts;
    this.#parts = parts;
    this.user = user;
    this.#name = name;
    this.client = client;
    this.#environment = { clock, randomBytes: toBytes(random) };
    this.#target = recordTarget(client, parts.note);
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

  /** Takes up a run that another process writes, and goes on with it. */
  take(runId: string): void {
    const taken: Promise<RunWriter | undefined> = resumeRun(this.#target, {
      ...{ channel, runId, commands: this.#commands(() => taken), ...this.#environment },
    }).catch(ignore);
    this.#hold(runId, taken);
    // What is written next begins a run of its own.
    void taken.then((run) => {
      if (!run && this.#run === taken) this.#run = undefined;
    });
  }

  /** The run that was begun or taken up last, if any. */
  get runId(): string | undefined {
    return this.#runId;
  }

  /** Whether it waits for the answer to a command. */
  get isAsking(): boolean {
    return this.#asks > 0;
  }

  ask(asking: Asking, runId: string): void {
    const { note } = this.#parts;
    const id = this.#mark();
    note({ type: "command", id, runId });
    const answered = this.client.channel(channel).command(runId, asking, id);
    this.#asks += 1;
    answered
      .then(() => note({ type: "commanded", id }))
      .catch(ignore)
      .finally(() => {
        this.#asks -= 1;
      });
  }

  read(from: StartOfReading): void {
    this.subscribers.push(read(this.#nameSubscriber(), from));
  }

  #start(): void {
    const title = this.#mark();
    const runId = `${this.#name}.${this.#names}`;
    const commands = this.#commands(() => started);
    const options = { channel, runId, agent: { name: "a" }, title, commands, ...this.#environment };
    const started = startRun(this.#target, options).catch(ignore);
    this.#hold(runId, started);
  }

  #hold(runId: string, held: Promise<RunWriter | undefined>): void {
    this.#run = held;
    this.#runId = runId;
    void held.then((run) => run && this.#watch(run));
  }

  /** Whoever writes a run is to hear that they do no more. */
  #watch({ runId, signal }: RunWriter): void {
    const { note } = this.#parts;
    const { writer } = this.#target;
    note({ type: "held", runId, writer });
    const onAbort = () => note({ type: "aborted", runId, writer });
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  }

  #commands(run: () => Promise<RunWriter | undefined>) {
    return {
      touch: (id: unknown) => this.#handle(id),
      cancel: (id: unknown) => {
        this.#handle(id);
        void run()
          .then((held) => held?.cancel({ output: this.#mark() }))
          .catch(ignore);
      },
    };
  }

  /** Commands of this application carry a mark. */
  #handle(id: unknown): void {
    this.#parts.note({ type: "effect", id: String(id), by: this.#target.writer });
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
    return `«${this.#name}.${this.#names}»`;
  }

  #nameSubscriber() {
    const name = `${this.#name}/${this.subscribers.length}`;
    return { ...this.#parts, name, client: this.client };
  }
}

/** What goes wrong may go wrong, as long as it is told in the way of the library. */
export function ignore(error: unknown): undefined {
  // Anything else is a mistake of these lines, or of the code under test.
  if (!(error instanceof RunwireError)) throw error;
}
