import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import type { BareConnection } from "./bare/bare-connection.ts";
import { completed, started } from "./support/sample-events.ts";
import { publish, startServer } from "./support/server-under-test.ts";

const cancel = { type: "command", channel: "c", runId: "r", name: "cancel" };

async function startWithRun() {
  const clock = new FakeClock();
  const under = await startServer({ clock });
  const [worker, person] = [await under.connect(), await under.connect()];
  await publish(worker, [started("r", { leaseMs: 3_600_000 })]);
  return { ...under, clock, worker, person };
}

function renew(connection: BareConnection) {
  return connection.request({ type: "renew", channel: "c", writer: "writer-1", runIds: ["r"] });
}

test("[RW-CMD-1] hands commands to the connection welcomed last of those that have the run", async () => {
  const { worker, person, connect } = await startWithRun();
  const newer = await connect();
  await renew(newer);
  await renew(worker);
  const answer = person.request(cancel);
  const { commandId } = await newer.nextOf("command");
  await worker.settle();
  expect(worker.unread).toEqual([]);
  newer.send({ type: "handled", commandId });
  expect(await answer).toMatchObject({ type: "commanded" });
});

test("[RW-CMD-1] hands no command to a writer whose run was taken, though it sends its start again", async () => {
  const { connect } = await startServer();
  const [person, first] = [await connect(), await connect()];
  const start = { id: "start" };
  await publish(first, [started("r")], start);
  first.socket.cut();
  const second = await connect();
  const take = { type: "renew", channel: "c", writer: "writer-2", runIds: ["r"], take: true };
  expect(await second.request(take)).toMatchObject({ lost: [] });
  const again = await connect();
  await publish(again, [started("r")], start);
  const answer = person.request(cancel);
  const { commandId } = await second.nextOf("command");
  second.send({ type: "handled", commandId, result: 2 });
  expect(await answer).toMatchObject({ type: "commanded", result: 2 });
});

test("[RW-CMD-4] answers run_completed when the run ends before the command is handed over", async () => {
  const { worker, person, connect, clock, server } = await startWithRun();
  worker.socket.cut();
  const other = await connect();
  while (server.stats().connections > 2) await other.settle();
  const answer = person.request(cancel);
  await person.settle();
  await clock.advance(1_000);
  // Over a connection that has not renewed the run, as a writer's last words may come.
  await publish(other, [completed("r")]);
  expect(await answer).toMatchObject({ type: "error", code: "run_completed" });
});

test("[RW-CMD-4] lets a command that was handed over wait 5 s after the run's end", async () => {
  const { worker, person, clock } = await startWithRun();
  const handled = person.request({ ...cancel, name: "answered" });
  const silent = person.request({ ...cancel, name: "unanswered" });
  const first = await worker.next(({ name }) => name === "answered");
  await worker.next(({ name }) => name === "unanswered");
  await publish(worker, [completed("r")]);
  await clock.advance(4_000);
  worker.send({ type: "handled", commandId: first.commandId, result: "in time" });
  expect(await handled).toMatchObject({ type: "commanded", result: "in time" });
  await clock.advance(2_000);
  expect(await silent).toMatchObject({ type: "error", code: "run_completed" });
});

test("[RW-CMD-5] answers no_handler when 5 s pass without a connection of the writer", async () => {
  const { worker, person, connect, clock, server } = await startWithRun();
  worker.socket.cut();
  while (server.stats().connections > 1) await person.settle();
  const answers: string[] = [];
  const answer = person.request(cancel).then(({ code = "none" }) => answers.push(code));
  await person.settle();
  await clock.advance(4_500);
  await person.settle();
  expect(answers).toEqual([]);
  await clock.advance(1_000);
  await answer;
  expect(answers).toEqual(["no_handler"]);
  expect(await (await connect()).settle()).toMatchObject({ type: "pong" });
});

test("[RW-CMD-5] waits for a writer that comes back within 5 s", async () => {
  const { worker, person, connect, clock, server } = await startWithRun();
  worker.socket.cut();
  while (server.stats().connections > 1) await person.settle();
  const answer = person.request(cancel);
  await person.settle();
  await clock.advance(3_000);
  const again = await connect();
  await renew(again);
  const { commandId } = await again.nextOf("command");
  again.send({ type: "handled", commandId });
  expect(await answer).toMatchObject({ type: "commanded" });
});

test("[RW-CMD-6] answers handler_timeout 30 s after the first handing over, and keeps to it", async () => {
  const { worker, person, clock } = await startWithRun();
  const answer = person.request({ ...cancel, id: "k" });
  const { commandId } = await worker.nextOf("command");
  await clock.advance(29_000);
  await person.settle();
  expect(person.unread).toEqual([]);
  await clock.advance(2_000);
  expect(await answer).toMatchObject({ type: "error", code: "handler_timeout" });
  worker.send({ type: "handled", commandId, result: "late" });
  await worker.settle();
  expect(await person.request({ ...cancel, id: "k" })).toMatchObject({ code: "handler_timeout" });
});

test("[RW-CMD-10] hands a command over again under the same commandId when the writer comes back", async () => {
  const { worker, person, connect } = await startWithRun();
  const answer = person.request(cancel);
  const first = await worker.nextOf("command");
  worker.socket.cut();
  const again = await connect();
  await renew(again);
  const second = await again.nextOf("command");
  expect(second).toEqual(first);
  again.send({ type: "handled", commandId: second.commandId, result: "once" });
  expect(await answer).toMatchObject({ type: "commanded", result: "once" });
});

test("[RW-CMD-10] keeps the commandId over a server that died between handing over and recording", async () => {
  const { worker, person, store } = await startWithRun();
  person.send({ ...cancel, id: "k" });
  const first = await worker.nextOf("command");
  // The first server is as good as dead: nobody speaks to it any more.
  const second = await startServer({ store });
  const [again, asking] = [await second.connect(), await second.connect()];
  await renew(again);
  const answer = asking.request({ ...cancel, id: "k" });
  const { commandId } = await again.nextOf("command");
  expect(commandId).toBe(first.commandId);
  again.send({ type: "handled", commandId, result: "as before" });
  expect(await answer).toMatchObject({ type: "commanded", result: "as before" });
});
