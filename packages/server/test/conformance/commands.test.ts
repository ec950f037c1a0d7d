import { describe, expect, test } from "vitest";
import type { BareConnection } from "./bare/bare-connection.ts";
import type { WireMessage } from "./bare/wire.ts";
import { completed, started, thinking } from "./support/sample-events.ts";
import { publish, readLog, startServer } from "./support/server-under-test.ts";

const cancel = { type: "command", channel: "c", runId: "r", name: "cancel" };

async function startWithRun() {
  const under = await startServer({ authorize: () => true });
  const [worker, person] = [await under.connect("worker"), await under.connect("ann")];
  await publish(worker, [started("r")]);
  return { ...under, worker, person };
}

function handle(worker: BareConnection, given: object = {}): Promise<WireMessage> {
  return worker.nextOf("command").then((command) => {
    worker.send({ type: "handled", commandId: command.commandId, ...given });
    return command;
  });
}

test("[RW-CMD-1] hands a command to the run's writer, with who sent it and not their id for it", async () => {
  const { worker, person } = await startWithRun();
  const answer = person.request({ ...cancel, name: "approve", data: { toolCallId: "t" }, id: "k" });
  const command = await handle(worker);
  expect(command).toEqual({
    type: "command",
    commandId: expect.any(String),
    channel: "c",
    runId: "r",
    name: "approve",
    data: { toolCallId: "t" },
    user: { id: "ann" },
  });
  expect(await answer).toEqual({ type: "commanded", id: "k" });
});

test("[RW-CMD-1] names no user where everybody is anonymous", async () => {
  const { connect } = await startServer();
  const [worker, person] = [await connect(), await connect()];
  await publish(worker, [started("r")]);
  const answer = person.request(cancel);
  expect(await handle(worker)).not.toHaveProperty("user");
  expect(await answer).toMatchObject({ type: "commanded" });
});

test.each([[{ done: [1, null] }], [null], ["text"]])(
  "[RW-CMD-2] answers commanded with the handler's result %j",
  async (result) => {
    const { worker, person } = await startWithRun();
    const answer = person.request(cancel);
    await handle(worker, { result });
    expect(await answer).toMatchObject({ type: "commanded", result });
  },
);

test("[RW-CMD-3] answers run_not_found for a run that never started, run_completed for one that has ended", async () => {
  const { worker, person } = await startWithRun();
  const none = await person.request({ ...cancel, runId: "none" });
  expect(none).toMatchObject({ type: "error", code: "run_not_found" });
  await publish(worker, [completed("r")]);
  expect(await person.request(cancel)).toMatchObject({ type: "error", code: "run_completed" });
  await worker.settle();
  expect(worker.unread).toEqual([]);
});

describe("[RW-CMD-7] an error of the handler", () => {
  test.each(["no_handler", "already_resolved"])("%s reaches the person as it is", async (code) => {
    const { worker, person } = await startWithRun();
    const answer = person.request(cancel);
    await handle(worker, { error: { code, message: "not here" } });
    expect(await answer).toMatchObject({ type: "error", code });
  });

  test("reaches the person as handler_failed, with its own code as reason", async () => {
    const { worker, person } = await startWithRun();
    const answer = person.request(cancel);
    await handle(worker, { error: { code: "out_of_paper", message: "no paper is left" } });
    expect(await answer).toMatchObject({
      type: "error",
      code: "handler_failed",
      reason: "out_of_paper",
      message: expect.stringContaining("no paper is left"),
    });
  });
});

describe("[RW-CMD-8] a command sent again under its id", () => {
  test.each([
    ["commanded", { result: 7 }, { type: "commanded", result: 7 }],
    [
      "handler_failed",
      { error: { code: "x", message: "y" } },
      { code: "handler_failed", reason: "x" },
    ],
    [
      "already_resolved",
      { error: { code: "already_resolved", message: "y" } },
      { code: "already_resolved" },
    ],
  ])("is answered %s as before, and not handed over again", async (_, handled, expected) => {
    const { worker, person, connect } = await startWithRun();
    const answer = person.request({ ...cancel, id: "k" });
    await handle(worker, handled);
    const first = await answer;
    expect(first).toMatchObject(expected);
    expect(await person.request({ ...cancel, id: "k" })).toEqual(first);
    expect(await (await connect("ann")).request({ ...cancel, id: "k" })).toEqual(first);
    await worker.settle();
    expect(worker.unread).toEqual([]);
  });

  test("while it is with the handler waits for the same answer", async () => {
    const { worker, person, connect } = await startWithRun();
    const other = await connect("ann");
    const answers = [person.request({ ...cancel, id: "k" }), other.request({ ...cancel, id: "k" })];
    const command = await worker.nextOf("command");
    await Promise.all([person.settle(), other.settle()]);
    worker.send({ type: "handled", commandId: command.commandId, result: 1 });
    for (const answer of answers)
      expect(await answer).toMatchObject({ type: "commanded", result: 1 });
    const repeated = worker.unread.filter(({ commandId }) => commandId !== command.commandId);
    expect(repeated).toEqual([]);
  });

  test("is remembered by another server on the same store", async () => {
    const { worker, person, server, store } = await startWithRun();
    const answer = person.request({ ...cancel, id: "k" });
    await handle(worker, { result: 1 });
    const first = await answer;
    await server.close();
    const again = await startServer({ store, authorize: () => true });
    expect(await (await again.connect("ann")).request({ ...cancel, id: "k" })).toEqual(first);
  });

  test("is handed over again when nobody had a handler for it before", async () => {
    const { worker, person } = await startWithRun();
    const refused = person.request({ ...cancel, id: "k" });
    await handle(worker, { error: { code: "no_handler", message: "not yet" } });
    expect(await refused).toMatchObject({ code: "no_handler" });
    const taken = person.request({ ...cancel, id: "k" });
    await handle(worker, { result: "now" });
    expect(await taken).toMatchObject({ type: "commanded", result: "now" });
  });

  test("is another command when another user sends it", async () => {
    const { worker, person, connect } = await startWithRun();
    const mine = person.request({ ...cancel, id: "k" });
    await handle(worker, { result: "for ann" });
    expect(await mine).toMatchObject({ result: "for ann" });
    const theirs = (await connect("bob")).request({ ...cancel, id: "k" });
    await handle(worker, { result: "for bob" });
    expect(await theirs).toMatchObject({ result: "for bob" });
  });
});

test("[RW-CMD-13] ignores a handled of somebody else, of nobody's command, and a second one", async () => {
  const { worker, person } = await startWithRun();
  const answer = person.request({ ...cancel, id: "k" });
  const { commandId } = await worker.nextOf("command");
  person.send({ type: "handled", commandId, result: "forged" });
  worker.send({ type: "handled", commandId: "no-such-command", result: "lost" });
  await person.settle();
  await worker.settle();
  worker.send({ type: "handled", commandId, result: "real" });
  expect(await answer).toMatchObject({ type: "commanded", result: "real" });
  worker.send({ type: "handled", commandId, result: "late" });
  await worker.settle();
  expect(await person.request({ ...cancel, id: "k" })).toMatchObject({ result: "real" });
  expect(person.unread).toEqual([]);
});

test("[RW-CMD-14] lets a run go on when its watchers leave", async () => {
  const { worker, person } = await startWithRun();
  await person.request({ type: "subscribe", channel: "c" });
  person.socket.cut();
  await person.socket.closed;
  await publish(worker, [thinking("r", "on"), completed("r")]);
  await worker.settle();
  expect(worker.unread).toEqual([]);
  expect((await readLog(worker)).at(-1)).toMatchObject({ outcome: "success" });
});
