import { RunwireError } from "@runwire/protocol";
import { createMemoryStore } from "@runwire/store";
import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { defaultServerOptions } from "../../src/options.ts";
import { CommandDesk, type HandedCommand, type WriterLink } from "../../src/runs/command-desk.ts";
import { gate } from "../conformance/support/gate.ts";
import { completed, started } from "../conformance/support/sample-events.ts";

/*
 * A run goes from one writer to another, and its commands go with it: over whichever server it was taken, and however
 * late the store's answers are.
 */

const actor = { type: "server" } as const;
const touch = { channel: "c", id: "1", runId: "r", name: "touch" };

/** A run of the writer "old", which "new" takes when it is told to, and servers on its store. */
async function createRun() {
  const clock = new FakeClock();
  const store = createMemoryStore({ clock: () => clock.now() });
  const event = started("r");
  // The sample is an event of the protocol.
  const events = [{ event, json: JSON.stringify(event) }] as never;
  await store.append({ channel: "c", writer: "old", id: "start", actor, events });
  const createDesk = () => new CommandDesk(store, clock, defaultServerOptions.commands);
  const take = () => store.renew({ channel: "c", writer: "new", runIds: ["r"], actor, take: true });
  return { clock, store, createDesk, take };
}

function createLink(order: number) {
  const handed: HandedCommand[] = [];
  const link: WriterLink = { order, hand: (command) => void handed.push(command) };
  return { link, handed };
}

test("[RW-CMD-1] a command goes to whoever took the run over another server", async () => {
  const { clock, createDesk, take } = await createRun();
  const [here, there] = [createDesk(), createDesk()];
  const [old, taker] = [createLink(1), createLink(1)];
  here.attach("c", "r", "old", old.link);
  await take();
  there.attach("c", "r", "new", taker.link);
  void here.ask(touch);
  await clock.advance(500);
  expect(old.handed).toEqual([]);
  expect(taker.handed).toHaveLength(1);
  for (const desk of [here, there]) desk.close();
});

test("[RW-CMD-1] a server hands none that was asked elsewhere to a writer whose run was taken", async () => {
  const { clock, createDesk, take } = await createRun();
  const [asked, here] = [createDesk(), createDesk()];
  const old = createLink(1);
  here.attach("c", "r", "old", old.link);
  await take();
  const answer = asked.ask(touch);
  await clock.advance(5_500);
  expect(old.handed).toEqual([]);
  expect(await answer).toMatchObject({ code: "no_handler" });
  for (const desk of [asked, here]) desk.close();
});

test("[RW-CMD-1] a late answer gives a run that was taken back to nobody", async () => {
  const { clock, createDesk, take } = await createRun();
  const desk = createDesk();
  const [old, taker] = [createLink(2), createLink(1)];
  await take();
  desk.attach("c", "r", "new", taker.link);
  desk.attach("c", "r", "old", old.link);
  await clock.advance(0);
  void desk.ask(touch);
  await clock.advance(0);
  expect(old.handed).toEqual([]);
  expect(taker.handed).toHaveLength(1);
  desk.close();
});

test("[RW-CMD-1] commands that wait go to the taker once it is there", async () => {
  const { clock, createDesk, take } = await createRun();
  const desk = createDesk();
  const [old, taker] = [createLink(1), createLink(2)];
  desk.attach("c", "r", "old", old.link);
  await take();
  void desk.ask(touch);
  await clock.advance(0);
  desk.attach("c", "r", "new", taker.link);
  await clock.advance(0);
  expect(old.handed).toEqual([]);
  expect(taker.handed).toHaveLength(1);
  desk.close();
});

test("[RW-CMD-1] a late answer brings to nobody what waits for a taker that is gone", async () => {
  const { clock, createDesk, take } = await createRun();
  const desk = createDesk();
  const [old, taker, back] = [createLink(2), createLink(1), createLink(3)];
  await take();
  desk.attach("c", "r", "new", taker.link);
  desk.detach("c", "r", taker.link);
  void desk.ask(touch);
  await clock.advance(0);
  desk.attach("c", "r", "old", old.link);
  await clock.advance(0);
  expect(old.handed).toEqual([]);
  desk.attach("c", "r", "new", back.link);
  await clock.advance(0);
  expect([old.handed.length, back.handed.length]).toEqual([0, 1]);
  desk.close();
});

test("[RW-CMD-1] what was asked elsewhere goes to nobody who comes late while that is noted", async () => {
  const { clock, store, createDesk, take } = await createRun();
  const { noteCall } = store;
  const [asked, here] = [createDesk(), createDesk()];
  const [old, taker] = [createLink(2), createLink(1)];
  await take();
  here.attach("c", "r", "new", taker.link);
  const noting = gate();
  store.noteCall = async (...call) => {
    await noting.pass;
    return noteCall.apply(store, call);
  };
  void asked.ask(touch);
  await clock.advance(500);
  here.detach("c", "r", taker.link);
  here.attach("c", "r", "old", old.link);
  noting.open();
  await clock.advance(500);
  expect([old.handed, taker.handed]).toEqual([[], []]);
  for (const desk of [asked, here]) desk.close();
});

test("what waits is handed over once a store that fails has said whose the run is", async () => {
  const { clock, store, createDesk } = await createRun();
  const { run } = store;
  const desk = createDesk();
  const { link, handed } = createLink(1);
  void desk.ask(touch);
  await clock.advance(0);
  store.run = () => Promise.reject(new RunwireError("store_unavailable", "no disk"));
  desk.attach("c", "r", "old", link);
  await clock.advance(1_000);
  expect(handed).toEqual([]);
  store.run = run.bind(store);
  await clock.advance(1_000);
  expect(handed).toHaveLength(1);
  desk.close();
});

test("[RW-CMD-4] what waits for a run that ended elsewhere is told so when its writer comes back", async () => {
  const { clock, store, createDesk } = await createRun();
  const desk = createDesk();
  const { link, handed } = createLink(1);
  const answer = desk.ask(touch);
  await clock.advance(0);
  const event = completed("r");
  // The sample is an event of the protocol.
  const events = [{ event, json: JSON.stringify(event) }] as never;
  await store.append({ channel: "c", writer: "old", id: "end", actor, events });
  desk.attach("c", "r", "old", link);
  await clock.advance(0);
  expect(await answer).toMatchObject({ code: "run_completed" });
  expect(handed).toEqual([]);
  desk.close();
});

test("[RW-CMD-3] a command asked while its run ends is not handed to a link that is late to attach", async () => {
  const { clock, store, createDesk } = await createRun();
  const desk = createDesk();
  const [earlier, later] = [createLink(1), createLink(2)];
  desk.attach("c", "r", "old", later.link);
  const answer = desk.ask(touch);
  const event = completed("r");
  // The sample is an event of the protocol.
  const events = [{ event, json: JSON.stringify(event) }] as never;
  const end = store.append({ channel: "c", writer: "old", id: "end", actor, events });
  desk.runEnded("c", "r");
  desk.attach("c", "r", "old", earlier.link);
  await end;
  await clock.advance(0);
  expect(await answer).toMatchObject({ code: "run_completed" });
  expect([earlier.handed, later.handed]).toEqual([[], []]);
  desk.close();
});

test("[RW-CMD-1] a command asked while two claim the run goes to the one that has it", async () => {
  const { clock, createDesk, take } = await createRun();
  const desk = createDesk();
  const [old, taker] = [createLink(1), createLink(2)];
  desk.attach("c", "r", "old", old.link);
  void desk.ask(touch);
  await take();
  desk.attach("c", "r", "new", taker.link);
  await clock.advance(0);
  expect([old.handed.length, taker.handed.length]).toEqual([0, 1]);
  desk.close();
});

test("[RW-CMD-1] a writer that another one disputes without right keeps its run", async () => {
  const { clock, createDesk } = await createRun();
  const desk = createDesk();
  const [own, other] = [createLink(1), createLink(2)];
  desk.attach("c", "r", "old", own.link);
  desk.attach("c", "r", "stranger", other.link);
  void desk.ask(touch);
  await clock.advance(0);
  expect([own.handed.length, other.handed.length]).toEqual([1, 0]);
  desk.close();
});

test("[RW-CMD-1] of two links of the taker the later has the run, whichever came first", async () => {
  for (const orders of [[2, 3] as const, [3, 2] as const]) {
    const { clock, createDesk, take } = await createRun();
    const desk = createDesk();
    const [old, one, other] = [createLink(1), createLink(orders[0]), createLink(orders[1])];
    desk.attach("c", "r", "old", old.link);
    void desk.ask(touch);
    await take();
    for (const each of [one, other]) desk.attach("c", "r", "new", each.link);
    await clock.advance(0);
    const handed = [old, one, other].map((each) => each.handed.length);
    expect(handed).toEqual([0, ...orders.map((order) => (order === 3 ? 1 : 0))]);
    desk.close();
  }
});

test("[RW-CMD-1] an earlier link of the taker gets nothing while the one before is still asked about", async () => {
  const { clock, store, createDesk, take } = await createRun();
  const { run } = store;
  const desk = createDesk();
  const [old, earlier, later] = [createLink(1), createLink(2), createLink(3)];
  desk.attach("c", "r", "old", old.link);
  await take();
  const waiting = gate();
  let count = 0;
  store.run = async (channel, runId) => {
    count += 1;
    if (count === 1) await waiting.pass;
    return run.call(store, channel, runId);
  };
  desk.attach("c", "r", "new", later.link);
  await clock.advance(0);
  desk.attach("c", "r", "new", earlier.link);
  void desk.ask(touch);
  await clock.advance(0);
  waiting.open();
  await clock.advance(0);
  expect([old, earlier, later].map(({ handed }) => handed.length)).toEqual([0, 0, 1]);
  desk.close();
});

test("a store that fails is asked again whose run it is", async () => {
  const { clock, store, createDesk, take } = await createRun();
  const { run } = store;
  const desk = createDesk();
  const [old, taker] = [createLink(2), createLink(1)];
  await take();
  desk.attach("c", "r", "new", taker.link);
  store.run = () => Promise.reject(new RunwireError("store_unavailable", "no disk"));
  desk.attach("c", "r", "old", old.link);
  await clock.advance(1_000);
  store.run = run.bind(store);
  await clock.advance(1_000);
  void desk.ask(touch);
  await clock.advance(0);
  expect([old.handed.length, taker.handed.length]).toEqual([0, 1]);
  desk.close();
});

test("a desk that is closed while the store fails leaves no timer", async () => {
  const { clock, store, createDesk } = await createRun();
  const desk = createDesk();
  desk.attach("c", "r", "old", createLink(1).link);
  store.run = () => Promise.reject(new RunwireError("store_unavailable", "no disk"));
  desk.attach("c", "r", "new", createLink(2).link);
  await clock.advance(0);
  desk.close();
  await clock.advance(0);
  expect(clock.pending()).toEqual([]);
});

test("a desk that is closed while a command waits for a store that fails leaves no timer", async () => {
  const { clock, store, createDesk } = await createRun();
  const desk = createDesk();
  const answer = desk.ask(touch);
  await clock.advance(0);
  store.run = () => Promise.reject(new RunwireError("store_unavailable", "no disk"));
  desk.attach("c", "r", "old", createLink(1).link);
  await clock.advance(0);
  desk.close();
  await answer;
  await clock.advance(0);
  expect(clock.pending()).toEqual([]);
});

test("a link that is gone when the store says that it has the run does not get it", async () => {
  const { clock, createDesk, take } = await createRun();
  const desk = createDesk();
  const [old, taker] = [createLink(1), createLink(2)];
  desk.attach("c", "r", "old", old.link);
  await take();
  desk.attach("c", "r", "new", taker.link);
  desk.detach("c", "r", taker.link);
  void desk.ask(touch);
  await clock.advance(0);
  expect([old.handed, taker.handed]).toEqual([[], []]);
  desk.close();
});
