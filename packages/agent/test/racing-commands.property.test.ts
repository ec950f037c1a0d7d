import { createRunwireClient } from "@runwire/client";
import { isRunwireError } from "@runwire/protocol";
import { createRunwireServer, type RunwireServer } from "@runwire/server";
import { createMemoryStore, type EventStore } from "@runwire/store";
import { FakeClock, linkInMemory, type MemoryLink } from "@runwire/testing";
import * as fc from "fast-check";
import { expect, it, vi } from "vitest";
import { type RunWriter, startRun } from "../src/index.js";

vi.setConfig({ testTimeout: 3_600_000 }); // as long as the number of schedules that was asked for takes

/*
 * Commands that race the end of their run, the return of its writer and the death of the server: whatever comes
 * first, each has one effect at most, and one answer.
 */

type Step =
  | { readonly type: "ask" | "handle" | "end" | "crash" }
  | { readonly type: "cut"; readonly who: "writer" | "person" }
  | { readonly type: "deliver"; readonly nth: number }
  | { readonly type: "advance"; readonly milliseconds: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant("ask" as const) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("handle" as const) }) },
  {
    weight: 12,
    arbitrary: fc.record({ type: fc.constant("deliver" as const), nth: fc.nat({ max: 9 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("cut" as const),
      who: fc.constantFrom("writer" as const, "person" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom("end" as const, "crash" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("advance" as const),
      milliseconds: fc.constantFrom(10, 500, 2_000, 6_000),
    }),
  },
);

/** What became of a command. */
interface Asked {
  answer?: string;
}

class World {
  readonly #clock = new FakeClock();
  readonly #store = createMemoryStore({ clock: () => this.#clock.now() });
  /** What is on its way; each direction of a connection keeps its order. */
  readonly #deliveries: (() => void)[] = [];
  readonly #links: { readonly writer: MemoryLink; readonly person: MemoryLink };
  readonly #asked: Asked[] = [];
  /** How often each command was handled, by its number. */
  readonly #effects = new Map<number, number>();
  /** Handlers that are not done yet. */
  readonly #handling: (() => void)[] = [];
  readonly #clients;
  #isCalm = false;
  #server: RunwireServer;
  #kill: () => void = () => {};
  #run: RunWriter | undefined;

  constructor() {
    this.#server = this.#startServer();
    // The server that lives when a socket is opened is the one that takes it.
    const acceptor: Pick<RunwireServer, "accept"> = {
      accept: (socket, request) => this.#server.accept(socket, request),
    };
    const deliver = (what: () => void) => {
      if (this.#isCalm) queueMicrotask(what);
      else this.#deliveries.push(what);
    };
    const link = () => linkInMemory(acceptor, { deliver });
    this.#links = { writer: link(), person: link() };
    const backoff = { firstMs: 10, maxMs: 100, attempts: 1_000 };
    const connect = ({ WebSocket }: MemoryLink) =>
      createRunwireClient({ url: "ws://memory/runwire", WebSocket, backoff, clock: this.#clock });
    this.#clients = {
      writer: connect(this.#links.writer),
      person: connect(this.#links.person),
    };
  }

  async play(steps: readonly Step[]): Promise<void> {
    await this.#start();
    for (const one of steps) await this.#do(one);
    await this.#comeToRest();
    for (const [number, { answer }] of this.#asked.entries()) this.#check(number, answer);
  }

  async #start(): Promise<void> {
    this.#isCalm = true;
    const starting = startRun(this.#clients.writer, {
      ...{ channel: "c", runId: "r", agent: { name: "a" }, clock: this.#clock },
      commands: { note: (number) => this.#handle(Number(number)) },
    });
    await this.#clock.advance(100);
    this.#run = await starting;
    this.#isCalm = false;
  }

  async #do(one: Step): Promise<void> {
    switch (one.type) {
      case "ask":
        this.#ask();
        break;
      case "handle":
        this.#handling.shift()?.();
        break;
      case "end":
        void this.#run?.complete().catch(() => {});
        this.#run = undefined;
        break;
      case "crash":
        this.#crash();
        break;
      case "cut":
        this.#links[one.who].cutAll();
        break;
      case "deliver":
        this.#deliveries.splice(one.nth % Math.max(1, this.#deliveries.length), 1)[0]?.();
        break;
      case "advance":
        await this.#clock.advance(one.milliseconds);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Faults end, and every wait with them. */
  async #comeToRest(): Promise<void> {
    this.#isCalm = true;
    for (const deliver of this.#deliveries.splice(0)) deliver();
    for (let second = 0; second < 80; second += 1) {
      for (const done of this.#handling.splice(0)) done();
      await this.#clock.advance(1_000);
    }
  }

  #ask(): void {
    const asked: Asked = {};
    const number = this.#asked.push(asked) - 1;
    const command = this.#clients.person.channel("c").command("r", "note", number);
    command.then(
      (result) => {
        expect(result).toBe(`noted ${number}`);
        asked.answer = "commanded";
      },
      (error: unknown) => {
        asked.answer = isRunwireError(error) ? error.code : String(error);
      },
    );
  }

  async #handle(number: number): Promise<string> {
    this.#effects.set(number, (this.#effects.get(number) ?? 0) + 1);
    await new Promise<void>((resolve) => this.#handling.push(resolve));
    return `noted ${number}`;
  }

  #check(number: number, answer: string | undefined): void {
    const effects = this.#effects.get(number) ?? 0;
    expect(effects, `effects of command ${number}`).toBeLessThanOrEqual(1);
    if (answer === "commanded") expect(effects).toBe(1);
    else expect(["run_completed", "no_handler", "handler_timeout"]).toContain(answer);
  }

  #startServer(): RunwireServer {
    let isDead = false;
    this.#kill = () => {
      isDead = true;
    };
    // A process that is gone does nothing more to its store.
    const store = new Proxy<EventStore>(this.#store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name === "watch") return value.bind(target);
        return (...given: unknown[]) =>
          isDead ? new Promise(() => {}) : Reflect.apply(value, target, given);
      },
    });
    return createRunwireServer({ store, access: "open-to-everyone", clock: this.#clock });
  }

  /** Dies without a word, maybe between handing a command over and recording its answer; another one follows. */
  #crash(): void {
    this.#kill();
    this.#links.writer.cutAll();
    this.#links.person.cutAll();
    this.#server = this.#startServer();
  }
}

it("[RW-CMD-10 RW-CMD-11] whatever a command races, it has one effect at most and one answer", async () => {
  const steps = fc.array(step, { minLength: 10, maxLength: 60, size: "max" });
  await fc.assert(
    fc.asyncProperty(steps, (all) => new World().play(all)),
    {
      numRuns: Number(process.env.RUNWIRE_RUNS ?? 60),
      ...(process.env.RUNWIRE_SEED && { seed: Number(process.env.RUNWIRE_SEED) }),
    },
  );
});
