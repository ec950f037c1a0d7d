import { createRunwireClient } from "@runwire/client";
import { isRunwireError, RunwireError } from "@runwire/protocol";
import { createRunwireServer, type RunwireServer } from "@runwire/server";
import { createMemoryStore, type EventStore } from "@runwire/store";
import { FakeClock, linkInMemory, type MemoryLink } from "@runwire/testing";
import * as fc from "fast-check";
import { expect, it, vi } from "vitest";
import { type RunWriter, startRun } from "../src/index.js";

vi.setConfig({ testTimeout: 3_600_000 }); // as long as the number of schedules that was asked for takes

/*
 * Commands that race the end of their run, the return of its writer and the death of a server, be it the only one or
 * one of two on the same store: whatever comes first, each has one effect at most, and one answer.
 */

type Who = "writer" | "person";

type Step =
  | { readonly type: "ask" | "handle" | "end" | "storm" }
  | { readonly type: "cut" | "crash"; readonly who: Who }
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
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom("cut" as const, "cut" as const, "crash" as const),
      who: fc.constantFrom("writer" as const, "person" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom("end" as const, "storm" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("advance" as const),
      milliseconds: fc.constantFrom(10, 500, 2_000, 6_000),
    }),
  },
);

const refusals = ["run_completed", "no_handler", "handler_timeout", "store_unavailable"];

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
  /** Where each of them connects to: the same one, or one of two. */
  readonly #nodes: { readonly [who in Who]: Node };
  #isCalm = false;
  /** Whether the store fails at every other question about commands. */
  #isStormy = false;
  #questions = 0;
  #run: RunWriter | undefined;

  constructor(areTwo: boolean) {
    const node = this.#startNode();
    this.#nodes = { writer: node, person: areTwo ? this.#startNode() : node };
    const deliver = (what: () => void) => {
      if (this.#isCalm) queueMicrotask(what);
      else this.#deliveries.push(what);
    };
    // The server that lives when a socket is opened is the one that takes it.
    const link = (node: Node) =>
      linkInMemory(
        { accept: (socket, request) => node.server.accept(socket, request) },
        { deliver },
      );
    this.#links = { writer: link(this.#nodes.writer), person: link(this.#nodes.person) };
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
      case "storm":
        this.#isStormy = !this.#isStormy;
        break;
      case "crash":
        this.#crash(this.#nodes[one.who]);
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
    this.#isStormy = false;
    for (const deliver of this.#deliveries.splice(0)) deliver();
    await this.#pass(80);
    if (!this.#run) return;
    this.#ask();
    await this.#pass(4);
    expect(this.#asked.at(-1), "with no fault a command reaches its run").toEqual({
      answer: "commanded",
    });
  }

  async #pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
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
    else expect(refusals).toContain(answer);
  }

  #startNode(): Node {
    let isDead = false;
    // A process that is gone does nothing more to its store.
    const store = new Proxy<EventStore>(this.#store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name === "watch") return value.bind(target);
        const isAboutCommands = /command|call/i.test(String(name));
        return (...given: unknown[]) => {
          if (isDead) return new Promise(() => {});
          const answer: unknown = Reflect.apply(value, target, given);
          return isAboutCommands ? this.#inWeather(answer) : answer;
        };
      },
    });
    const server = createRunwireServer({ store, access: "open-to-everyone", clock: this.#clock });
    const kill = () => {
      isDead = true;
    };
    return { server, kill };
  }

  /** In a storm every other answer is lost after its effect. */
  async #inWeather(answer: unknown): Promise<unknown> {
    this.#questions += 1;
    const value = await answer;
    if (!this.#isStormy || this.#questions % 2 === 0) return value;
    throw new RunwireError("store_unavailable", "the disk is somewhere else");
  }

  /** Dies without a word, maybe between handing a command over and recording its answer; another one follows. */
  #crash(node: Node): void {
    node.kill();
    for (const who of ["writer", "person"] as const)
      if (this.#nodes[who] === node) this.#links[who].cutAll();
    Object.assign(node, this.#startNode());
  }
}

/** A server that can die, and the one that follows it in its place. */
interface Node {
  readonly server: RunwireServer;
  readonly kill: () => void;
}

it("[RW-CMD-10 RW-CMD-11] whatever a command races, it has one effect at most and one answer", async () => {
  const steps = fc.array(step, { minLength: 10, maxLength: 60, size: "max" });
  await fc.assert(
    fc.asyncProperty(fc.boolean(), steps, (areTwo, all) => new World(areTwo).play(all)),
    {
      numRuns: Number(process.env.RUNWIRE_RUNS ?? 60),
      ...(process.env.RUNWIRE_SEED && { seed: Number(process.env.RUNWIRE_SEED) }),
    },
  );
});
