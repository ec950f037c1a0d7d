import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore } from "@runwire/store";
import { createSqliteStore } from "@runwire/store/sqlite";
import { FakeClock } from "@runwire/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import type { BareConnection } from "./bare/bare-connection.ts";
import type { WireMessage } from "./bare/wire.ts";
import { completed, started } from "./support/sample-events.ts";
import { publish, startServer } from "./support/server-under-test.ts";

const cancel = { type: "command", channel: "c", runId: "r", name: "cancel" };

function renew(connection: BareConnection) {
  return connection.request({ type: "renew", channel: "c", writer: "writer-1", runIds: ["r"] });
}

/** Servers on one store and one clock; the run's writer is connected to the first, the person to the second. */
async function startNodes() {
  const clock = new FakeClock();
  const store = createMemoryStore({ clock: () => clock.now() });
  const start = () => startServer({ clock, store });
  const [first, second] = [await start(), await start()];
  const [worker, person] = [await first.connect(), await second.connect()];
  await publish(worker, [started("r", { leaseMs: 3_600_000 })]);
  /** Lets so much time pass in steps, each followed by what was sent meanwhile. */
  const pass = async (milliseconds: number, ...connections: BareConnection[]) => {
    for (let passed = 0; passed < milliseconds; passed += 250) {
      await clock.advance(250);
      for (const connection of connections) await connection.settle();
    }
  };
  return { clock, store, start, first, second, worker, person, pass };
}

/** Whether a promise has settled, after everything that needs no time. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol("pending");
  return (await Promise.race([promise, Promise.resolve(pending)])) === pending;
}

function commandFor(worker: BareConnection): WireMessage | undefined {
  return worker.unread.find(({ type }) => type === "command");
}

test("[RW-CMD-1] reaches a run whose writer is connected to another server on the same file, and is answered", async () => {
  const folder = await mkdtemp(join(tmpdir(), "runwire-nodes-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const open = () => {
    const store = createSqliteStore({ file: join(folder, "runs.db") });
    onTestFinished(() => store.close());
    return store;
  };
  const [first, second] = [
    await startServer({ store: open() }),
    await startServer({ store: open() }),
  ];
  const [worker, person] = [await first.connect(), await second.connect()];
  await publish(worker, [started("r")]);
  const asked = person.request({ ...cancel, id: "k", data: { why: "slow" } });
  const { commandId, ...command } = await worker.nextOf("command");
  expect(command).toMatchObject({ ...cancel, data: { why: "slow" } });
  worker.send({ type: "handled", commandId, result: 7 });
  const answer = await asked;
  expect(answer).toMatchObject({ type: "commanded", result: 7 });
  expect(await person.request({ ...cancel, id: "k" })).toEqual(answer);
  const again = await (await first.connect()).request({ ...cancel, id: "k" });
  expect(again).toEqual(answer);
});

describe("a command that was asked of another server than that of the writer", () => {
  test("[RW-CMD-6] has 30 s from its handing over, and no_handler is no answer meanwhile", async () => {
    const { worker, person, pass } = await startNodes();
    const answer = person.request({ ...cancel, id: "k" });
    await person.settle();
    await pass(1_000, worker);
    expect(commandFor(worker)).toBeDefined();
    await pass(28_000, person, worker);
    expect(await isPending(answer)).toBe(true);
    await pass(3_000, person, worker);
    expect(await answer).toMatchObject({ type: "error", code: "handler_timeout" });
    const { commandId } = await worker.nextOf("command");
    worker.send({ type: "handled", commandId, result: "late" });
    await worker.settle();
    expect(await person.request({ ...cancel, id: "k" })).toMatchObject({ code: "handler_timeout" });
  });

  test("[RW-CMD-5] is no_handler after 5 s where nobody has the writer, and is not handed over later", async () => {
    const { worker, person, first, start, pass } = await startNodes();
    worker.socket.cut();
    while (first.server.stats().connections > 0) await person.settle();
    const answer = person.request({ ...cancel, id: "k" });
    await person.settle();
    await pass(5_500, person);
    expect(await answer).toMatchObject({ code: "no_handler" });
    const again = await (await start()).connect();
    await renew(again);
    await pass(3_000, again, person);
    expect(commandFor(again)).toBeUndefined();
    const asked = person.request({ ...cancel, id: "k" });
    await person.settle();
    await pass(1_000, again);
    const { commandId } = await again.nextOf("command");
    again.send({ type: "handled", commandId, result: "now" });
    await again.settle();
    await pass(1_000, person);
    expect(await asked).toMatchObject({ type: "commanded", result: "now" });
  });

  test("[RW-CMD-5] is answered when the writer has no handler for it, and may be sent again", async () => {
    const { worker, person, pass } = await startNodes();
    for (const error of [{ code: "no_handler", message: "not yet" }, undefined]) {
      const answer = person.request({ ...cancel, id: "k" });
      await person.settle();
      await pass(1_000, worker);
      const { commandId } = await worker.nextOf("command");
      worker.send({ type: "handled", commandId, ...(error && { error }) });
      await worker.settle();
      await pass(1_000, person);
      expect(await answer).toMatchObject(error ? { code: "no_handler" } : { type: "commanded" });
    }
  });

  test("[RW-CMD-4] is run_completed where the run ends before or after it was handed over", async () => {
    const { worker, person, pass } = await startNodes();
    const late = person.request(cancel);
    await person.settle();
    await pass(1_000, worker);
    await worker.nextOf("command");
    await publish(worker, [completed("r")]);
    await pass(6_000, person, worker);
    expect(await late).toMatchObject({ code: "run_completed" });
    await publish(worker, [started("s", { leaseMs: 3_600_000 })]);
    const early = person.request({ ...cancel, runId: "s" });
    await person.settle();
    await publish(worker, [completed("s")]);
    await pass(1_000, person, worker);
    expect(await early).toMatchObject({ code: "run_completed" });
  });

  test("[RW-CMD-10] goes to wherever the writer comes back, under the same commandId, and has one answer", async () => {
    const { worker, person, second, start, pass } = await startNodes();
    const answer = person.request({ ...cancel, id: "k" });
    await person.settle();
    await pass(1_000, worker);
    const { commandId } = await worker.nextOf("command");
    // Its server dies, and it comes back to a third one, then to the one where the person asked.
    worker.socket.cut();
    for (const node of [await start(), second]) {
      const again = await node.connect();
      await renew(again);
      await pass(1_000, again, person);
      expect(commandFor(again)).toMatchObject({ commandId });
      if (node !== second) again.socket.cut();
      else again.send({ type: "handled", commandId, result: "once" });
    }
    expect(await answer).toMatchObject({ type: "commanded", result: "once" });
  });

  test("[RW-CMD-8] has the same answer for those who ask again, wherever they do", async () => {
    const { worker, person, first, pass } = await startNodes();
    const other = await first.connect();
    const answers = [person.request({ ...cancel, id: "k" })];
    await person.settle();
    await pass(1_000, worker);
    answers.push(other.request({ ...cancel, id: "k" }));
    await other.settle();
    const { commandId } = await worker.nextOf("command");
    worker.send({ type: "handled", commandId, result: 1 });
    await worker.settle();
    await pass(1_000, person, other);
    for (const answer of answers) expect(await answer).toMatchObject({ result: 1 });
    expect(commandFor(worker)).toBeUndefined();
  });
});
