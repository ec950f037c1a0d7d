import { FakeClock, settle } from "@runwire/testing";
import { describe, expect, it } from "vitest";
import { startRun } from "../src/index.js";
import { createGate, MemoryTarget } from "./support/memory-target.js";
import { startTestRun } from "./support/start.js";

describe("a publish that may be tried again", () => {
  it.each(["store_unavailable", "rate_limited", "store_full"])(
    "[RW-PUB-6] is, after %s, under the same id and with the same text",
    async (code) => {
      const { run, target, clock } = await startTestRun();
      let failures = 3;
      target.beforePublish = async () => (failures-- > 0 ? { code } : undefined);
      run.say("once");
      const end = run.complete();
      await clock.advance(10_000);
      await end;
      const tries = target.requests.slice(1);
      expect(tries).toHaveLength(4);
      expect(new Set(tries.map((request) => JSON.stringify(request))).size).toBe(1);
      expect(target.textOf("output")).toBe("once");
    },
  );

  it("[RW-PUB-6] is appended once, also where only the answer was lost", async () => {
    const { run, target, clock } = await startTestRun();
    let isFirst = true;
    target.beforePublish = async () => {
      const fault = isFirst ? { code: "store_unavailable", isAppended: true } : undefined;
      isFirst = false;
      return fault;
    };
    run.say("once");
    const end = run.complete();
    await clock.advance(1_000);
    await end;
    expect(target.textOf("output")).toBe("once");
  });

  it("waits longer each time, up to 5 s, with a random part", async () => {
    const { run, target, clock } = await startTestRun({
      randomBytes: (length) => new Uint8Array(length),
    });
    const times: number[] = [];
    target.beforePublish = async () => {
      times.push(clock.now());
      return times.length < 8 ? { code: "store_full" } : undefined;
    };
    const end = run.complete();
    await clock.advance(60_000);
    await end;
    const delays = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(clock.pending().length).toBe(0);
  });

  it("is given up after ten leases, with the last error", async () => {
    const { run, target, clock } = await startTestRun({ leaseMs: 5_000 });
    target.beforePublish = async () => ({ code: "store_full" });
    const end = run.complete();
    const outcome = expect(end).rejects.toMatchObject({ code: "store_full" });
    await clock.advance(44_000);
    expect(run.signal.aborted).toBe(false);
    expect(target.attached.size).toBe(1);
    await clock.advance(10_000);
    await outcome;
    expect(target.attached.size).toBe(0);
    expect(clock.pending().length).toBe(0);
  });
});

describe("a failure", () => {
  it("sticks: it aborts the signal, and all that comes later rejects with it", async () => {
    const { run, target } = await startTestRun();
    target.beforePublish = async () => ({ code: "forbidden" });
    run.say("lost");
    await settle();
    expect(run.signal.reason).toMatchObject({ code: "forbidden" });
    const failure = { code: "forbidden" };
    await expect(run.say("more")).rejects.toMatchObject(failure);
    await expect(run.tool("look", {}, () => {})).rejects.toMatchObject(failure);
    await expect(run.custom("mark")).rejects.toMatchObject(failure);
    await expect(run.complete()).rejects.toMatchObject(failure);
    await expect(run.cancel()).rejects.toMatchObject(failure);
    expect(target.attached.size).toBe(0);
    expect(target.events).toHaveLength(1);
  });

  it("that nobody awaits is no unhandled rejection", async () => {
    const seen: unknown[] = [];
    const onUnhandled = (reason: unknown) => seen.push(reason);
    process.on("unhandledRejection", onUnhandled);
    const { run, target } = await startTestRun({ maxBufferedBytes: 10 });
    target.beforePublish = async () => ({ code: "internal" });
    run.say("lost, and longer than the buffer");
    run.think("lost too");
    run.tool("look", {}, (_input, { progress }) => progress({ fraction: 1 }));
    await settle();
    run.say("after it");
    await settle();
    process.off("unhandledRejection", onUnhandled);
    expect(run.signal.aborted).toBe(true);
    expect(seen).toEqual([]);
  });

  it("reaches a tool that is at work by its signal, and its caller", async () => {
    const { run, target } = await startTestRun();
    const call = run.tool(
      "slow",
      {},
      (_input, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason)),
        ),
    );
    await settle();
    target.lose("run", "run_taken");
    await expect(call).rejects.toMatchObject({ code: "run_taken" });
  });

  it("of the start rejects the start and attaches nothing", async () => {
    const target = new MemoryTarget();
    target.beforePublish = async () => ({ code: "forbidden" });
    const start = startRun(target, {
      channel: "test",
      agent: { name: "a" },
      clock: new FakeClock(),
    });
    await expect(start).rejects.toMatchObject({ code: "forbidden" });
    expect(target.attached.size).toBe(0);
  });
});

describe("a run that is lost", () => {
  it.each(["run_taken", "run_completed", "forbidden", "run_not_found"] as const)(
    "[RW-PUB-19] to %s is over for this writer",
    async (code) => {
      const { run, target } = await startTestRun();
      target.lose("run", code);
      expect(run.signal.reason).toMatchObject({ code });
      expect(String(run.signal.reason)).toMatch(/run run is over for this writer: .{20,}/);
      await expect(run.say("more")).rejects.toMatchObject({ code });
      await expect(run.complete()).rejects.toMatchObject({ code });
    },
  );

  it("stops trying a publish again at once", async () => {
    const { run, target, clock } = await startTestRun();
    target.beforePublish = async () => ({ code: "store_unavailable" });
    const end = run.complete();
    await clock.advance(1_000);
    target.lose("run", "run_taken");
    await expect(end).rejects.toMatchObject({ code: "run_taken" });
    expect(clock.pending().length).toBe(0);
  });

  it("is not lost when its own end is in the log before the answer comes", async () => {
    const { run, target } = await startTestRun();
    const gate = createGate();
    target.beforePublish = async () => void (await gate.opened);
    const end = run.complete();
    await settle();
    target.lose("run", "run_completed");
    gate.open();
    await expect(end).resolves.toBeUndefined();
  });
});

describe("options", () => {
  it.each([
    [{ channel: "no spaces" }, "invalid_channel"],
    [{ channel: "a//b" }, "invalid_channel"],
    [{ runId: "a/b" }, "invalid_run"],
    [{ agent: { name: "" } }, "invalid_run"],
    [{ leaseMs: 100 }, "invalid_run"],
  ])("%j is refused before anything is published", async (options, code) => {
    const target = new MemoryTarget();
    await expect(startTestRun(options, target)).rejects.toMatchObject({ code });
    expect(target.requests).toEqual([]);
  });

  it("with a signal that has aborted start nothing", async () => {
    const target = new MemoryTarget();
    const reason = new Error("never mind");
    await expect(startTestRun({ signal: AbortSignal.abort(reason) }, target)).rejects.toBe(reason);
    expect(target.requests).toEqual([]);
  });
});
