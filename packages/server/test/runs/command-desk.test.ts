import { createMemoryStore, type EventStore } from "@runwire/store";
import { FakeClock } from "@runwire/testing";
import { describe, expect, test } from "vitest";
import { defaultServerOptions } from "../../src/options.ts";
import { CommandDesk, type HandedCommand, type WriterLink } from "../../src/runs/command-desk.ts";
import { gate } from "../conformance/support/gate.ts";
import { completed, started } from "../conformance/support/sample-events.ts";

const actor = { type: "server" } as const;
const cancel = { channel: "c", id: "1", runId: "r", name: "cancel" };

async function createDesk() {
  const clock = new FakeClock();
  const store = createMemoryStore({ clock: () => clock.now() });
  const desk = new CommandDesk(store, clock, defaultServerOptions.commands);
  const append = (id: string, event: object) => {
    const request = { channel: "c", writer: "w", id, actor };
    // The samples are events of the protocol.
    const events = [{ event, json: JSON.stringify(event) }] as never;
    return store.append({ ...request, events });
  };
  await append("start", started("r"));
  const end = () => append("end", completed("r"));
  return { clock, store, desk, end };
}

class Link implements WriterLink {
  readonly order: number;
  readonly handed: HandedCommand[] = [];

  constructor(order: number) {
    this.order = order;
  }

  hand(command: HandedCommand): void {
    this.handed.push(command);
  }
}

/** Somebody who has the run under the writer "w". */
const answerer = (link: Link) => ({
  link,
  holds: (_channel: string, _runId: string, writer: string | undefined) => writer === "w",
});
const stranger = (link: Link) => ({ link, holds: () => false });
const settle = async (clock: FakeClock) => clock.advance(0);

describe("a command", () => {
  test("waits for a link of the writer, is handed over, and answered as the handler answers", async () => {
    const { clock, desk } = await createDesk();
    const answer = desk.ask({ ...cancel, data: '{"a":1}', user: { id: "ann" } });
    await clock.advance(4_000);
    const link = new Link(1);
    desk.attach("c", "r", "w", link);
    await settle(clock);
    expect(link.handed).toMatchObject([{ name: "cancel", data: '{"a":1}', user: { id: "ann" } }]);
    await desk.handled(link.handed[0]?.commandId ?? "", answerer(link), { result: "7" });
    expect(await answer).toEqual({ type: "commanded", result: "7" });
  });

  test("that nobody comes for is no_handler after 5 s, and may be tried again", async () => {
    const { clock, desk } = await createDesk();
    const answer = desk.ask(cancel);
    await settle(clock);
    await clock.advance(5_000);
    expect(await answer).toMatchObject({ code: "no_handler" });
    const link = new Link(1);
    desk.attach("c", "r", "w", link);
    void desk.ask(cancel);
    await settle(clock);
    expect(link.handed).toHaveLength(1);
  });

  test("that nobody answers is handler_timeout 30 s after it was first handed over, for good", async () => {
    const { clock, desk } = await createDesk();
    const link = new Link(1);
    desk.attach("c", "r", "w", link);
    const answer = desk.ask(cancel);
    await settle(clock);
    await clock.advance(20_000);
    desk.attach("c", "r", "w", new Link(2));
    await clock.advance(10_000);
    expect(await answer).toMatchObject({ code: "handler_timeout" });
    expect(await desk.ask(cancel)).toMatchObject({ code: "handler_timeout" });
  });

  test("goes to a later link again, under the same commandId, and never back to an earlier one", async () => {
    const { clock, desk } = await createDesk();
    const [one, two] = [new Link(1), new Link(2)];
    desk.attach("c", "r", "w", one);
    void desk.ask(cancel);
    await settle(clock);
    desk.attach("c", "r", "w", two);
    desk.attach("c", "r", "w", one);
    await settle(clock);
    expect(two.handed).toEqual(one.handed);
    void desk.ask({ ...cancel, id: "2" });
    await settle(clock);
    expect([one.handed.length, two.handed.length]).toEqual([1, 2]);
    desk.detach("c", "r", two);
    desk.attach("c", "r", "w", one);
    await settle(clock);
    expect(one.handed).toHaveLength(3);
  });

  test("asked twice at once is handed over once, and both get the answer", async () => {
    const { clock, desk } = await createDesk();
    const link = new Link(1);
    desk.attach("c", "r", "w", link);
    const both = [desk.ask(cancel), desk.ask(cancel)];
    await settle(clock);
    expect(link.handed).toHaveLength(1);
    await desk.handled(link.handed[0]?.commandId ?? "", answerer(link), {});
    expect(await Promise.all(both)).toEqual([{ type: "commanded" }, { type: "commanded" }]);
  });

  test("is not answered by a stranger, nor before it was handed over", async () => {
    const { clock, desk } = await createDesk();
    const link = new Link(1);
    desk.attach("c", "r", "w", link);
    let answered = false;
    void desk.ask(cancel).then(() => {
      answered = true;
    });
    await settle(clock);
    const { commandId = "" } = link.handed[0] ?? {};
    await desk.handled(commandId, stranger(new Link(9)), {});
    await desk.handled("unknown", answerer(link), {});
    await settle(clock);
    expect(answered).toBe(false);
    await desk.handled(commandId, answerer(link), {});
    await settle(clock);
    expect(answered).toBe(true);
  });
});

describe("the end of a run", () => {
  test("ends at once what was not handed over, and 5 s later what was", async () => {
    const { clock, desk } = await createDesk();
    const link = new Link(1);
    const waiting = desk.ask(cancel);
    await settle(clock);
    desk.runEnded("c", "r");
    expect(await waiting).toMatchObject({ code: "run_completed" });
    desk.attach("c", "r", "w", link);
    const handed = desk.ask({ ...cancel, id: "2" });
    await settle(clock);
    desk.runEnded("c", "r");
    await clock.advance(4_999);
    await desk.handled(link.handed[0]?.commandId ?? "", answerer(link), { result: "1" });
    expect(await handed).toEqual({ type: "commanded", result: "1" });
    const late = desk.ask({ ...cancel, id: "3" });
    desk.attach("c", "r", "w", link);
    await settle(clock);
    desk.runEnded("c", "r");
    await clock.advance(5_000);
    expect(await late).toMatchObject({ code: "run_completed" });
  });

  test("has what was handed over stay where it is, though an earlier link is late to attach", async () => {
    const { clock, desk } = await createDesk();
    const [earlier, later] = [new Link(1), new Link(2)];
    desk.attach("c", "r", "w", later);
    void desk.ask(cancel);
    await settle(clock);
    desk.runEnded("c", "r");
    desk.attach("c", "r", "w", earlier);
    expect([earlier.handed.length, later.handed.length]).toEqual([0, 1]);
    desk.close();
  });

  test("that this server is not told of is found out when nobody came", async () => {
    const { clock, desk, end } = await createDesk();
    const answer = desk.ask(cancel);
    await settle(clock);
    await end();
    await clock.advance(5_000);
    expect(await answer).toMatchObject({ code: "run_completed" });
  });

  test("between the question and the store's answer still ends the command", async () => {
    const { clock, store, desk, end } = await createDesk();
    const { pass, open } = gate();
    const { run } = store;
    store.run = async (...asked) => {
      const row = await run.apply(store, asked);
      await pass;
      return row;
    };
    const answer = desk.ask(cancel);
    await settle(clock);
    await end();
    desk.runEnded("c", "r");
    open();
    await settle(clock);
    await clock.advance(5_000);
    expect(await answer).toMatchObject({ code: "run_completed" });
  });
});

test("an answer that cannot be recorded is given all the same, also by a store that throws at once", async () => {
  const { clock, store, desk } = await createDesk();
  const link = new Link(1);
  desk.attach("c", "r", "w", link);
  store.answerCommand = (() => {
    throw new Error("down");
  }) as EventStore["answerCommand"];
  const answer = desk.ask(cancel);
  await settle(clock);
  await desk.handled(link.handed[0]?.commandId ?? "", answerer(link), { result: "1" });
  expect(await answer).toEqual({ type: "commanded", result: "1" });
});

test("what a handler refuses is told by its code, and nobody's own code passes for one of ours", async () => {
  const { clock, desk } = await createDesk();
  const link = new Link(1);
  desk.attach("c", "r", "w", link);
  const answerTo = async (id: string, code: string) => {
    const answer = desk.ask({ ...cancel, id });
    await settle(clock);
    const error = { code, message: "m" };
    await desk.handled(link.handed.at(-1)?.commandId ?? "", answerer(link), { error });
    return answer;
  };
  expect(await answerTo("1", "already_resolved")).toMatchObject({ code: "already_resolved" });
  expect(await answerTo("2", "no_handler")).toMatchObject({ code: "no_handler" });
  expect(await answerTo("3", "forbidden")).toMatchObject({
    code: "handler_failed",
    reason: "forbidden",
  });
});

test("closing ends every wait, also of what is asked while it closes", async () => {
  const { clock, desk } = await createDesk();
  const waiting = desk.ask(cancel);
  await settle(clock);
  const late = desk.ask({ ...cancel, id: "2" });
  desk.close();
  expect(await waiting).toMatchObject({ code: "no_handler" });
  expect(await late).toMatchObject({ code: "no_handler" });
});

describe("a command and the other servers on its store", () => {
  test("that is answered within a second costs them and the store nothing", async () => {
    const { clock, store, desk } = await createDesk();
    const called: string[] = [];
    const { callCommand } = store;
    store.callCommand = (call) => {
      called.push(call.commandId);
      return callCommand.call(store, call);
    };
    const link = new Link(1);
    desk.attach("c", "r", "w", link);
    const answer = desk.ask(cancel);
    await clock.advance(900);
    await desk.handled(link.handed[0]?.commandId ?? "", answerer(link), { result: "1" });
    expect(await answer).toEqual({ type: "commanded", result: "1" });
    await clock.advance(5_000);
    expect(called).toEqual([]);
  });

  test("is handed over by whichever of two desks has the writer", async () => {
    const { clock, store, desk } = await createDesk();
    const other = new CommandDesk(store, clock, defaultServerOptions.commands);
    const link = new Link(1);
    other.attach("c", "r", "w", link);
    const answer = desk.ask({ ...cancel, data: "1", user: { id: "ann" } });
    await clock.advance(250);
    expect(link.handed).toMatchObject([{ name: "cancel", data: "1", user: { id: "ann" } }]);
    await other.handled(link.handed[0]?.commandId ?? "", answerer(link), { result: "7" });
    await clock.advance(500);
    expect(await answer).toEqual({ type: "commanded", result: "7" });
    other.close();
  });

  test("is no_handler after 5 s where the store is away, and fails nothing", async () => {
    const { clock, store, desk } = await createDesk();
    const other = new CommandDesk(store, clock, defaultServerOptions.commands);
    other.attach("c", "r", "w", new Link(1));
    const down = () => Promise.reject(new Error("down"));
    Object.assign(store, { callCommand: down, calledCommands: down, noteCall: down });
    const answer = desk.ask(cancel);
    await clock.advance(5_000);
    expect(await answer).toMatchObject({ code: "no_handler" });
    other.close();
  });

  test("is not handed over any more once the one who asked has been told no_handler", async () => {
    const { clock, store, desk } = await createDesk();
    const other = new CommandDesk(store, clock, defaultServerOptions.commands);
    const answer = desk.ask(cancel);
    await clock.advance(5_000);
    expect(await answer).toMatchObject({ code: "no_handler" });
    const link = new Link(1);
    other.attach("c", "r", "w", link);
    await clock.advance(3_000);
    expect(link.handed).toEqual([]);
    other.close();
  });
});
