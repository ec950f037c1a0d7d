import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createRunwireClient, type RunwireClient } from "@runwire/client";
import { isRunwireError, systemClock } from "@runwire/protocol";
import { Application } from "../application/application.ts";
import { channel, toMarked } from "../application/recording-store.ts";
import { checkHistory } from "../checker/check-history.ts";
import type { Anomaly, HistoryEntry, MarkedEvent } from "../checker/history.ts";
import { runScript } from "./run-script.ts";
import { ServerChild, type ServerChildOptions } from "./server-child.ts";

/** The longest time that it may take until everybody has everything, when all faults are over. */
const longestCureMs = 60_000;

/** What became of a scenario. */
export interface Outcome {
  readonly anomalies: readonly Anomaly[];
  /** For people. */
  readonly figures: string;
}

/** A server process over a file, workers that write through it, and people here who follow what they write. */
export class Stage {
  readonly history: HistoryEntry[] = [];
  readonly server: ServerChild;
  readonly #folder: string;
  readonly #workers: ChildProcess[] = [];
  readonly #followers: Application[] = [];
  readonly #clients: RunwireClient[] = [];
  /** Publishes that were answered. */
  acknowledged = 0;

  private constructor(folder: string, options: Omit<ServerChildOptions, "file">) {
    this.#folder = folder;
    this.server = new ServerChild({ file: join(folder, "runs.db"), ...options });
  }

  static async open(options: Omit<ServerChildOptions, "file"> = {}): Promise<Stage> {
    const stage = new Stage(await mkdtemp(join(tmpdir(), "runwire-chaos-")), options);
    await stage.server.start();
    return stage;
  }

  connect(): RunwireClient {
    const backoff = { firstMs: 5, maxMs: 50, attempts: 1_000_000 };
    const client = createRunwireClient({ url: this.server.url, backoff });
    this.#clients.push(client);
    return client;
  }

  /** Somebody who follows the channel, and reads it event by event. */
  addFollower(user: string): void {
    const parts = { user, client: this.connect(), note: this.#note };
    const follower = new Application({ ...parts, clock: systemClock, random: Math.random });
    follower.follow();
    follower.read("start");
    this.#followers.push(follower);
  }

  addWorker(user: string): ChildProcess {
    const worker = runScript("worker.ts", [this.server.url, user], ["pipe", "pipe", "inherit"]);
    this.#workers.push(worker);
    // It was started with a pipe.
    const lines = createInterface(worker.stdout as NonNullable<typeof worker.stdout>);
    lines.on("line", (line) => this.#note(JSON.parse(line) as HistoryEntry)); // what worker.ts writes
    return worker;
  }

  /** Resolves when so many more publishes were answered. */
  async untilAcknowledged(more: number): Promise<void> {
    const wanted = this.acknowledged + more;
    while (this.acknowledged < wanted) await pause(2);
  }

  /** Workers end what they have begun; nobody connects again for it. */
  async comeToRest(): Promise<readonly Anomaly[]> {
    const ended = this.#workers
      .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
      .map((worker) => {
        worker.stdin?.end();
        return once(worker, "close");
      });
    await Promise.all(ended);
    const until = performance.now() + longestCureMs;
    let { epoch, events } = await this.#readLog();
    while (performance.now() < until && !this.#areLevel(events)) {
      await pause(50);
      ({ epoch, events } = await this.#readLog());
    }
    this.#note({ type: "appended", at: 0, epoch, events });
    this.#note({ type: "log", epoch, floor: 1, events });
    for (const { name } of this.#subscribers()) this.#note({ type: "rest", subscriber: name });
    return checkHistory(this.history);
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) worker.kill("SIGKILL");
    await Promise.all(this.#clients.map((client) => client.close()));
    this.server.signal("SIGCONT");
    await this.server.end("SIGKILL");
    await rm(this.#folder, { recursive: true, force: true });
  }

  readonly #note = (entry: HistoryEntry): void => {
    if (entry.type === "published") this.acknowledged += 1;
    this.history.push(entry);
  };

  #subscribers() {
    return this.#followers.flatMap(({ subscribers }) => subscribers);
  }

  #areLevel(events: readonly MarkedEvent[]): boolean {
    const mark = events.at(-1)?.marks.at(-1) ?? "";
    return this.#subscribers().every(({ seen }) => seen.has(mark));
  }

  async #readLog(): Promise<{ readonly epoch: string; readonly events: readonly MarkedEvent[] }> {
    const client = this.connect();
    const events: MarkedEvent[] = [];
    for (let after = 0; ; ) {
      const page = await patiently(() => client.fetch({ channel, after }));
      events.push(...page.events.map((event) => toMarked(event)));
      if (page.offset >= page.head) {
        await client.close();
        return { epoch: page.epoch, events };
      }
      after = page.offset;
    }
  }
}

/** A long log is read at the pace that the server allows. */
export async function patiently<Value>(ask: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isRunwireError(error) || error.code !== "rate_limited") throw error;
      await pause(1_000);
    }
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
