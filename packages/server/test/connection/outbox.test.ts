import { FakeClock, MemorySocket } from "@runwire/testing";
import { describe, expect, test } from "vitest";
import { Intake } from "../../src/connection/intake.ts";
import { Outbox, placeBytes } from "../../src/connection/outbox.ts";
import { SharedBytes } from "../../src/connection/shared-bytes.ts";
import { EventsFrame } from "../../src/log/events-frame.ts";

const limits = { maxBufferedBytes: 1_000, resumeBelowBytes: 200, timeoutMs: 60_000 };

function countingBudget() {
  return {
    shared: new SharedBytes(),
    waiting: 0,
    onWaiting(bytes: number) {
      this.waiting += bytes;
    },
  };
}

function createOutbox() {
  const clock = new FakeClock();
  const socket = new MemorySocket();
  const intake = new Intake(socket, 1_000);
  const budget = countingBudget();
  const outbox = new Outbox(socket, intake, limits, clock, budget);
  socket.onTaken = () => outbox.onDrain();
  return { clock, socket, outbox, intake, budget };
}

const text = (bytes: number) => "x".repeat(bytes);
const rest = () => new Promise((resolve) => setImmediate(resolve));

describe("what may be pushed", () => {
  test("is what fits on top of what waits, and anything while nothing waits", () => {
    const { socket, outbox } = createOutbox();
    socket.isSlow = true;
    expect(outbox.canTake(5_000)).toBe(true);
    outbox.sendText(text(400));
    expect(outbox.canTake(600)).toBe(true);
    expect(outbox.canTake(601)).toBe(false);
  });
});

describe("what waits", () => {
  const frameOf = (bytes: number) =>
    new EventsFrame({ channel: "c", after: 0, offset: 1 }, text(bytes));

  test("is not counted while the socket takes all at once", () => {
    const { outbox, budget } = createOutbox();
    outbox.sendText(text(500));
    outbox.sendShared(frameOf(500));
    expect([budget.waiting, budget.shared.total, outbox.costBytes]).toEqual([0, 0, 0]);
  });

  test("is the socket's own, or shared and only its place is the socket's own", () => {
    const { socket, outbox, budget } = createOutbox();
    socket.isSlow = true;
    outbox.sendText(text(100));
    outbox.sendShared(frameOf(300));
    outbox.sendShared(frameOf(200));
    expect(outbox.bufferedBytes).toBe(600);
    expect(budget.waiting).toBe(100 + 2 * placeBytes);
    expect(budget.shared.total).toBe(500);
    expect(outbox.ownBytes).toBe(100 + 2 * placeBytes);
    expect(outbox.costBytes).toBe(600 + 2 * placeBytes);
  });

  test("is let go of when the socket has taken it, message by message", () => {
    const { socket, outbox, budget } = createOutbox();
    socket.isSlow = true;
    outbox.sendShared(frameOf(300));
    outbox.sendText(text(50));
    outbox.sendShared(frameOf(200));
    socket.take(299);
    expect(budget.shared.total).toBe(500);
    socket.take(1);
    expect(budget.shared.total).toBe(200);
    socket.take(249);
    expect(budget.shared.total).toBe(200);
    socket.take(1);
    expect([budget.shared.total, outbox.ownBytes]).toEqual([0, 0]);
  });

  test("is let go of with the connection", () => {
    const { socket, outbox, budget } = createOutbox();
    socket.isSlow = true;
    outbox.sendShared(frameOf(300));
    outbox.close();
    expect([budget.shared.total, outbox.ownBytes, outbox.costBytes]).toEqual([0, 0, 0]);
  });

  test("counts in full for what one socket may be given", () => {
    const { socket, outbox } = createOutbox();
    const frame = frameOf(600);
    socket.isSlow = true;
    outbox.sendShared(frame);
    expect([outbox.canTake(400), outbox.canTake(401)]).toEqual([true, false]);
  });
});

describe("what is sent in turn", () => {
  test("waits until less than the lower limit waits", async () => {
    const { socket, outbox } = createOutbox();
    socket.isSlow = true;
    outbox.sendText(text(500));
    let isDone = false;
    const turn = outbox.inTurn(async () => {
      isDone = true;
    });
    socket.take(300);
    await rest();
    expect(isDone).toBe(false);
    socket.take(1);
    await turn;
    expect(isDone).toBe(true);
  });

  test("goes one after another: a hundred that ask at once send one page, not a hundred", async () => {
    const { socket, outbox } = createOutbox();
    socket.isSlow = true;
    for (let count = 0; count < 100; count += 1)
      void outbox.inTurn(async () => {
        await rest();
        outbox.sendText(text(900));
      });
    for (let turn = 0; turn < 10; turn += 1) await rest();
    expect(outbox.bufferedBytes).toBe(900);
    socket.drain();
    for (let turn = 0; turn < 10; turn += 1) await rest();
    expect(outbox.bufferedBytes).toBe(900);
  });

  test("goes on after one that failed, and hands the failure to who asked", async () => {
    const { outbox } = createOutbox();
    const failed = outbox.inTurn(() => Promise.reject(new Error("no")));
    const next = outbox.inTurn(async () => 2);
    await expect(failed).rejects.toThrow("no");
    await expect(next).resolves.toBe(2);
  });

  test("does not wait for a peer that is gone", async () => {
    const { socket, outbox } = createOutbox();
    socket.isSlow = true;
    outbox.sendText(text(500));
    const turn = outbox.inTurn(async () => "done");
    outbox.close();
    await expect(turn).resolves.toBe("done");
  });
});

describe("a peer that does not take its answers", () => {
  test("is asked nothing more until it has", () => {
    const { socket, outbox, intake } = createOutbox();
    socket.isSlow = true;
    outbox.sendText(text(1_000));
    expect(socket.isPaused).toBe(false);
    outbox.sendText(text(1));
    expect([socket.isPaused, intake.isPaused]).toEqual([true, true]);
    socket.take(700);
    expect(socket.isPaused).toBe(true);
    socket.take(200);
    expect(socket.isPaused).toBe(false);
  });

  test("is stuck when it took no byte for the whole time, however long that is in all", async () => {
    const { clock, socket, outbox } = createOutbox();
    socket.isSlow = true;
    outbox.sendText(text(500));
    expect(outbox.isStuck()).toBe(false);
    await clock.advance(59_999);
    expect(outbox.isStuck()).toBe(false);
    socket.take(1);
    expect(outbox.isStuck()).toBe(false);
    await clock.advance(59_999);
    expect(outbox.isStuck()).toBe(false);
    await clock.advance(1);
    expect(outbox.isStuck()).toBe(true);
  });

  test("is not judged by a time in which this process stood still", async () => {
    const { clock, socket, outbox } = createOutbox();
    socket.isSlow = true;
    outbox.sendText(text(500));
    outbox.isStuck();
    await clock.advance(70_000);
    outbox.forgive(70_000);
    expect(outbox.isStuck()).toBe(false);
  });
});

describe("what is under way", () => {
  test("stops the reading above its limit, and lets it go on below", () => {
    const { socket, intake } = createOutbox();
    const one = intake.begin(500);
    const two = intake.begin(300);
    expect(socket.isPaused).toBe(true);
    one();
    expect(socket.isPaused).toBe(false);
    two();
    expect(intake.isTooMuch(1_000)).toBe(false);
  });

  test("needs both reasons gone before the socket is read again, and none once it closes", () => {
    const { socket, intake } = createOutbox();
    const end = intake.begin(2_000);
    intake.stop();
    end();
    expect(socket.isPaused).toBe(true);
    intake.close();
    expect(socket.isPaused).toBe(false);
    intake.begin(5_000);
    expect(socket.isPaused).toBe(false);
  });
});
