import { isChannelName, isRequestId } from "@runwire/protocol";
import { createMemoryStore } from "@runwire/store";
import { MemorySocket } from "@runwire/testing";
import { expect, test, vi } from "vitest";
import {
  eventTexts,
  memberText,
  type Received,
  readMessage,
} from "../../src/connection/read-message.ts";
import { createRunwireServer, type SocketHandlers } from "../../src/index.ts";
import { started } from "../conformance/support/sample-events.ts";
import { createRandom } from "../support/disturbed-store.ts";
import { firstSeed, toAmount } from "./amount.ts";
import { createFaultLogger } from "./fault-logger.ts";
import { Mutator } from "./mutate.ts";

vi.setConfig({ testTimeout: 3_600_000 }); // as long as the number of inputs that was asked for takes

test("whatever the text, the message reader says what it is, and its parts are those of the message", () => {
  const mutator = new Mutator(createRandom(firstSeed));
  const seen = new Map<string, number>();
  for (let left = toAmount(40_000); left > 0; left -= 1) {
    const text = mutator.text();
    const received = readMessage(text);
    seen.set(received.status, (seen.get(received.status) ?? 0) + 1);
    check(received, text);
  }
  for (const status of ["message", "bad_message", "not_a_message"])
    expect(seen.get(status), status).toBeGreaterThan(1_000);
});

function check(received: Received, text: string): void {
  if (received.status === "bad_message") {
    const { problem, id, channel } = received;
    if (problem.length > 300 || /\p{Cc}/u.test(problem)) throw new Error(`${problem} for ${text}`);
    if (id !== undefined && !isRequestId(id)) throw new Error(`id of ${text}`);
    if (channel !== undefined && !isChannelName(channel)) throw new Error(`channel of ${text}`);
  }
  if (received.status !== "message") return;
  const { message } = received;
  if (message.type === "publish") {
    const events = eventTexts(text).map((event) => JSON.parse(event));
    expect(events).toEqual(message.events);
  }
  const name = message.type === "command" ? "data" : "result";
  const member = memberText(text, name);
  expect(member && JSON.parse(member)).toEqual(Reflect.get(message, name));
}

const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));
const unlimited = { perSecond: 1e9, burst: 1e9 };

/** A server, and a connection to it that comes back whenever it was closed. */
class Victim {
  readonly errors: unknown[] = [];
  /** Answers by their `id`. */
  readonly answers = new Map<string, number>();
  readonly closes = new Map<number, number>();
  readonly #server = createRunwireServer({
    ...{ store: createMemoryStore(), access: "open-to-everyone" },
    limits: {
      messageRate: unlimited,
      subscribeRate: unlimited,
      maxBadMessagesPerMinute: 1e9,
      replayBytesPerMinute: 1e15,
    },
    logger: createFaultLogger(this.errors),
  });
  #handlers: SocketHandlers | undefined;

  async prepare(): Promise<void> {
    const [event, own] = [started("r"), { channel: "c", writer: "in this process" }];
    await this.#server.publish({ ...own, id: "1", events: [JSON.stringify(event)] });
    const handlers = { onLost: () => {}, onCommand: async () => "1" };
    await this.#server.attachRun({ ...own, runId: "r" }, handlers);
  }

  async connect() {
    let welcome = () => {};
    const welcomed = new Promise<void>((resolve) => {
      welcome = resolve;
    });
    const socket = new MemorySocket({
      onText: (text) => {
        welcome();
        this.#take(JSON.parse(text));
      },
      onEnd: (code) => {
        this.closes.set(code, (this.closes.get(code) ?? 0) + 1);
        this.#handlers?.onClose();
        this.#handlers = undefined;
      },
    });
    const handlers = this.#server.accept(socket, { headers: {} });
    const hello = '{"type":"hello"}';
    handlers.onMessage(hello, hello.length);
    await welcomed;
    return handlers;
  }

  /** Whether the connection outlived the text. */
  async receive(text: string): Promise<boolean> {
    this.#handlers ??= await this.connect();
    this.#handlers.onMessage(text, Buffer.byteLength(text));
    return this.#handlers !== undefined;
  }

  /** Some turns later at most: nothing here waits for a clock. */
  async answered(id: string, text: string): Promise<void> {
    for (let turns = 0; turns < 100; turns += 1) {
      if (this.answers.has(id)) return;
      await breathe();
    }
    throw new Error(`no answer to ${text}`);
  }

  async end(): Promise<void> {
    this.#handlers?.onClose();
    expect(this.#server.stats()).toMatchObject({ connections: 0, subscriptions: 0 });
    await this.#server.close();
  }

  #take({ id }: { readonly id?: string }): void {
    // Other ids are what a mistake made of one.
    if (id?.startsWith("request ")) this.answers.set(id, (this.answers.get(id) ?? 0) + 1);
  }
}

const inputsOfVictim = 2_000;

test("whatever is sent, the connection answers each request once, or ends; nothing fails inside", async () => {
  const mutator = new Mutator(createRandom(firstSeed + 1));
  let answered = 0;
  for (let left = toAmount(20_000); left > 0; left -= inputsOfVictim) {
    const victim = new Victim();
    await victim.prepare();
    for (let count = 0; count < inputsOfVictim; count += 1) {
      const id = `request ${count}`;
      const text = mutator.text().replace('"id":"1"', JSON.stringify({ id }).slice(1, -1));
      if ((await victim.receive(text)) && isAnswerable(text, id)) await victim.answered(id, text);
    }
    await breathe();
    for (const [id, times] of victim.answers) expect(times, id).toBe(1);
    answered += victim.answers.size;
    expect(victim.errors).toEqual([]);
    expect([...victim.closes.keys()].filter((code) => code !== 4400)).toEqual([]);
    await victim.end();
  }
  expect(answered).toBeGreaterThan(1_000);
});

/** Messages that are no requests: whatever `id` they carry, nothing answers it. */
const told: ReadonlySet<string> = new Set(["hello", "handled", "ping", "report"]);

/** Whether the protocol promises an answer under this id. */
function isAnswerable(text: string, id: string): boolean {
  const received = readMessage(text);
  if (received.status === "bad_message") return received.id === id;
  if (received.status !== "message" || told.has(received.message.type)) return false;
  return "id" in received.message && received.message.id === id;
}
