import { createMemoryStore } from "@runwire/store";
import { FakeClock } from "@runwire/testing";
import { describe, expect, test } from "vitest";
import { post } from "./bare/bare-http.ts";
import {
  completed,
  started,
  thinking,
  toolCompleted,
  toolExecuting,
} from "./support/sample-events.ts";
import { publish, readLog, startServer } from "./support/server-under-test.ts";
import { soon } from "./support/soon.ts";

const leaseMs = 6_000;
/** How long a command waits for a writer; no other timer of the server has it. */
const connectTimeoutMs = 4_321;

/** A server, and what writes to its channel `c` over HTTP. */
async function startWithWriters(clock = new FakeClock()) {
  const store = createMemoryStore({ clock: () => clock.now() });
  const under = await startServer({
    ...{ clock, store, commands: { connectTimeoutMs } },
    authorize: () => true,
  });
  let last = 0;
  const write = (events: readonly unknown[], given: Readonly<Record<string, unknown>> = {}) => {
    last += 1;
    const { token = "ann", ...own } = given;
    const message = { type: "publish", id: `${last}`, channel: "c", writer: "writer-1", events };
    return post(under.port, { ...message, ...own }, { token: String(token) });
  };
  const renew = (writer: string, given: object = {}, token = "ann") =>
    post(under.port, { type: "renew", channel: "c", writer, runIds: ["r"], ...given }, { token });
  const outcome = async () => (await store.run("c", "r"))?.status;
  return { ...under, clock, store, write, renew, outcome };
}

describe("[RW-HTTP-13] a run that is written over HTTP", () => {
  test("is a run as any other, from its start to its end, and is followed over a socket", async () => {
    const { write, connect } = await startWithWriters();
    const watcher = await connect("ann");
    await watcher.request({ type: "subscribe", channel: "c" });
    for (const event of [
      started("r"),
      thinking("r", "so"),
      toolExecuting("r", "t"),
      toolCompleted("r", "t"),
      completed("r"),
    ])
      expect((await write([event])).message.type).toBe("published");
    const events = await readLog(watcher);
    expect(events.map(({ type }) => type)).toEqual([
      "agent_started",
      "agent_thinking",
      "tool_executing",
      "tool_completed",
      "agent_completed",
    ]);
    expect(await watcher.next(({ offset }) => offset === 5, "the end")).toBeDefined();
  });

  test("goes on while its writer renews it, and ends as abandoned when nobody does any more", async () => {
    const { write, renew, clock, outcome, connect } = await startWithWriters();
    const watcher = await connect("bob");
    await watcher.request({ type: "subscribe", channel: "c" });
    await write([started("r", { leaseMs })]);
    for (let count = 0; count < 5; count += 1) {
      await clock.advance(leaseMs / 2);
      await watcher.settle(); // time stands still between, and so would its silence
      expect((await renew("writer-1")).message).toMatchObject({ type: "renewed", lost: [] });
    }
    expect(await outcome()).toBe("running");
    await clock.advance(leaseMs + 2_000);
    const ended = await watcher.next(
      ({ events }) => events?.at(-1)?.type === "agent_completed",
      "the end",
    );
    expect(ended.events?.at(-1)).toMatchObject({
      outcome: "abandoned",
      error: { code: "lease_lapsed" },
    });
    expect((await write([thinking("r", "late")])).message.code).toBe("run_completed");
    expect((await renew("writer-1")).message.lost).toEqual([{ runId: "r", code: "run_completed" }]);
  });

  test("is not renewed because its writer reads or asks", async () => {
    const { write, clock, outcome, port } = await startWithWriters();
    await write([started("r", { leaseMs })]);
    for (let count = 0; count < 4; count += 1) {
      await clock.advance(leaseMs / 2);
      const fetch = { type: "fetch", channel: "c", after: 0, runId: "r" };
      expect((await post(port, fetch, { token: "ann" })).status).toBe(200);
    }
    expect(await outcome()).toBe("abandoned");
  });

  test("has one writer: a second one is run_taken until it takes the run, and the first one then", async () => {
    const { write, renew } = await startWithWriters();
    const second = { writer: "writer-2" };
    await write([started("r")]);
    expect(await write([thinking("r", "x")], second)).toMatchObject({
      status: 409,
      message: { code: "run_taken", index: 0 },
    });
    expect((await renew("writer-2")).message.lost).toEqual([{ runId: "r", code: "run_taken" }]);
    const byAnother = await renew("writer-2", { take: true }, "bob");
    expect(byAnother.message.lost).toEqual([{ runId: "r", code: "forbidden" }]);
    expect((await renew("writer-2", { take: true })).message.lost).toEqual([]);
    expect((await write([thinking("r", "x")])).message.code).toBe("run_taken");
    expect((await write([completed("r")], second)).status).toBe(200);
  });

  test("has no commands: one for it is no_handler when nobody has come for it, over HTTP and over a socket", async () => {
    const { write, port, connect, clock } = await startWithWriters();
    const person = await connect("bob");
    await write([started("r")]);
    const command = { type: "command", channel: "c", runId: "r", name: "cancel" };
    const overHttp = post(port, { ...command, id: "1" }, { token: "bob" });
    const overSocket = person.request({ ...command, id: "2" });
    await soon(() => clock.pending().filter((ms) => ms === connectTimeoutMs)).toHaveLength(2);
    await clock.advance(connectTimeoutMs);
    expect(await overHttp).toMatchObject({ status: 409, message: { code: "no_handler", id: "1" } });
    expect(await overSocket).toMatchObject({ code: "no_handler" });
  });

  test("has the commands of a connection on which its writer renewed it, whatever comes over HTTP", async () => {
    const { write, renew, port, connect } = await startWithWriters();
    await write([started("r")]);
    const writer = await connect("ann");
    const own = { type: "renew", channel: "c", writer: "writer-1", runIds: ["r"] };
    await writer.request(own);
    await write([thinking("r", "x")]);
    await renew("writer-1");
    const command = { type: "command", channel: "c", runId: "r", name: "cancel" };
    const answer = post(port, command, { token: "bob" });
    const { commandId, user } = await writer.nextOf("command");
    expect(user).toEqual({ id: "bob" });
    writer.send({ type: "handled", commandId });
    expect((await answer).message.type).toBe("commanded");
  });

  test("that was taken over HTTP sends no commands to the connection that had it before, and takes no answer from it", async () => {
    const { renew, port, connect, clock } = await startWithWriters();
    const former = await connect("ann");
    await publish(former, [started("r")]);
    const command = { type: "command", channel: "c", runId: "r", name: "cancel" };
    const early = post(port, command, { token: "bob" });
    const { commandId } = await former.nextOf("command");
    await renew("writer-2", { take: true });
    former.send({ type: "handled", commandId, result: "forged" });
    const late = post(port, { ...command, id: "late" }, { token: "bob" });
    await soon(() => clock.pending().filter((ms) => ms === connectTimeoutMs)).toHaveLength(1);
    await former.settle();
    await clock.advance(connectTimeoutMs);
    expect((await late).message.code).toBe("no_handler");
    expect(former.unread.filter(({ type }) => type === "command")).toEqual([]);
    await clock.advance(30_000);
    expect(await early).toMatchObject({ status: 504, message: { code: "handler_timeout" } });
  });
});

describe("[RW-HTTP-11] the keys of what is asked", () => {
  test("are the same over HTTP and a socket: what was appended once is answered as it was", async () => {
    const { write, connect, store } = await startWithWriters();
    const start = { id: "same", writer: "writer-1" };
    const [first, again] = [await write([started("r")], start), await write([started("r")], start)];
    expect(first.message).toMatchObject({ type: "published", offset: 1 });
    expect(again.text).toBe(first.text);
    const overSocket = await publish(await connect("ann"), [started("r")], start);
    expect(overSocket).toEqual(first.message);
    expect((await store.head("c")).offset).toBe(1);
  });

  test("hold where the same publish is sent twenty times at once", async () => {
    const { write, store } = await startWithWriters();
    const same = Array.from({ length: 20 }, () => write([started("r")], { id: "same" }));
    const texts = (await Promise.all(same)).map(({ text }) => text);
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain('"published"');
    expect((await store.head("c")).offset).toBe(1);
  });

  test("are those of commands too: answered once, it is answered the same over a socket and is not handed over again", async () => {
    const { port, connect } = await startWithWriters();
    const [writer, person] = [await connect("ann"), await connect("bob")];
    await publish(writer, [started("r")]);
    const command = { type: "command", id: "same", channel: "c", runId: "r", name: "cancel" };
    const answer = post(port, command, { token: "bob" });
    const { commandId } = await writer.nextOf("command");
    writer.send({ type: "handled", commandId, result: 1 });
    const { message } = await answer;
    expect(message).toMatchObject({ type: "commanded", result: 1 });
    expect(await person.request(command)).toEqual(message);
    await writer.settle();
    expect(writer.unread).toEqual([]);
  });
});
