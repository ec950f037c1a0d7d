import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Admission, decideLane, type Lane } from "../../src/connection/admission.ts";
import { type AdmissionOptions, defaultServerOptions } from "../../src/options.ts";
import { HeldTurns } from "../support/held-turns.ts";

function createAdmission(options: Partial<AdmissionOptions> = {}) {
  const clock = new HeldTurns();
  const admission = new Admission(clock, { ...defaultServerOptions.admission, ...options });
  const told: string[] = [];
  const enter = (who: string, lane: "upgrade" | "greeting" = "upgrade") =>
    admission.enter(lane, who, (outcome) => told.push(`${who} ${outcome}`));
  /** One that is served until it is released. */
  const resume = (who: string) => {
    let release = () => {};
    const done = admission.resume(who, async () => {
      told.push(`${who} resumes`);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    return async () => {
      release();
      await done;
    };
  };
  /** Uses up this turn, so that whoever comes now waits. */
  const fillTurn = () => {
    enter("first");
    clock.use(defaultServerOptions.admission.turnMs);
    told.length = 0;
  };
  return { clock, admission, told, enter, resume, fillTurn };
}

describe("admission.turnMs", () => {
  test.each([
    ["below", 9, ["one ready", "two ready"]],
    ["at", 10, ["one ready"]],
    ["above", 11, ["one ready"]],
  ])(
    "%s it, %i ms of a turn of the loop are used, and the next one begins or waits",
    (_where, used, expected) => {
      const { clock, told, enter } = createAdmission();
      enter("one");
      clock.use(used);
      enter("two");
      expect(told).toEqual(expected);
    },
  );

  test("who waits begins in one of the next turns, as many in each as there is time for", async () => {
    const { clock, admission, fillTurn } = createAdmission();
    const told: number[] = [];
    fillTurn();
    for (let count = 1; count <= 7; count += 1)
      admission.enter("upgrade", count, () => {
        told.push(count);
        clock.use(4);
      });
    await clock.endTurn();
    expect(told).toEqual([]);
    await clock.endTurn();
    expect(told).toEqual([1, 2, 3]);
    await clock.endTurn();
    expect(told).toEqual([1, 2, 3, 4, 5, 6]);
    await clock.endTurn();
    expect(told).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(admission.waiting("upgrade")).toBe(0);
  });

  test("whoever comes while others wait waits behind them, though there is time", async () => {
    const { clock, told, enter, fillTurn } = createAdmission();
    fillTurn();
    enter("one");
    await clock.endTurn();
    enter("two");
    expect(told).toEqual([]);
    await clock.endTurn();
    await clock.endTurn();
    expect(told).toEqual(["one ready", "two ready"]);
  });
});

describe("admission.queue", () => {
  test.each([
    ["below", 1, []],
    ["at", 2, []],
    ["above", 3, ["3 full"]],
  ])("%s it, with %i that wait for an upgrade or a greeting", (_where, count, expected) => {
    const { admission, told, enter, fillTurn } = createAdmission({ queue: 2 });
    fillTurn();
    for (let each = 1; each <= count; each += 1)
      enter(`${each}`, each % 2 === 0 ? "greeting" : "upgrade");
    expect(told).toEqual(expected);
    expect(admission.stats().refused).toBe(expected.length);
  });

  test("resumes are not refused, however many wait", async () => {
    const { admission, told, resume, fillTurn } = createAdmission({ queue: 2 });
    fillTurn();
    for (let each = 1; each <= 10; each += 1) resume(`${each}`);
    expect(admission.waiting("resume")).toBe(10);
    expect(told).toEqual([]);
    expect(admission.stats().refused).toBe(0);
  });

  test("who is taken back is told nothing, and leaves its place to another", async () => {
    const { clock, told, enter, fillTurn } = createAdmission({ queue: 1 });
    fillTurn();
    const takeBack = enter("gone");
    takeBack();
    takeBack();
    enter("here");
    await clock.endTurn();
    await clock.endTurn();
    await clock.advance(60_000);
    expect(told).toEqual(["here ready"]);
  });
});

describe("admission.queueTimeoutMs", () => {
  test.each([
    ["below", 7_999, []],
    ["at", 8_000, ["one late", "two late"]],
    ["above", 8_001, ["one late", "two late"]],
  ])("%s it, after %i ms of waiting", async (_where, waited, expected) => {
    const { clock, admission, told, enter, resume, fillTurn } = createAdmission();
    fillTurn();
    enter("one");
    enter("two", "greeting");
    resume("three");
    await clock.advance(waited);
    expect(told).toEqual(expected);
    expect(admission.waiting("resume")).toBe(1);
    expect(admission.stats().refused).toBe(expected.length);
  });
});

describe("admission.resumesInFlight", () => {
  test.each([
    ["below", 1],
    ["at", 2],
    ["above", 3],
  ])("%s it, with %i that are served, the rest waits", async (_where, count) => {
    const { admission, told, resume } = createAdmission({ resumesInFlight: 2 });
    for (let each = 1; each <= count; each += 1) resume(`${each}`);
    expect(told).toEqual(["1 resumes", "2 resumes"].slice(0, count));
    expect(admission.stats().resumesInFlight).toBe(Math.min(2, count));
    expect(admission.waiting("resume")).toBe(Math.max(0, count - 2));
  });

  test("who waits is served when another is done, also when that one failed", async () => {
    const { clock, admission, told, resume } = createAdmission({ resumesInFlight: 1 });
    const failing = admission.resume("failing", () => Promise.reject(new Error("on purpose")));
    const release = resume("one");
    resume("two");
    await expect(failing).rejects.toThrow("on purpose");
    await clock.endTurn();
    await clock.endTurn();
    expect(told).toEqual(["one resumes"]);
    await release();
    await clock.endTurn();
    await clock.endTurn();
    expect(told).toEqual(["one resumes", "two resumes"]);
  });

  test("full of resumes, it still lets upgrades and greetings in", async () => {
    const { clock, told, enter, resume, fillTurn } = createAdmission({ resumesInFlight: 1 });
    resume("one");
    fillTurn();
    resume("two");
    enter("three");
    enter("four", "greeting");
    await clock.endTurn();
    await clock.endTurn();
    expect(told.sort()).toEqual(["four ready", "three ready"]);
  });
});

describe("who is next", () => {
  const all: readonly Lane[] = ["resume", "greeting", "upgrade"];

  test("has come furthest, but each fourth time is the newest", () => {
    expect([0, 1, 2, 3, 4].map((begun) => decideLane(all, begun))).toEqual([
      ...["resume", "resume", "resume", "upgrade", "resume"],
    ]);
    expect(decideLane([], 0)).toBeUndefined();
    expect(decideLane(["upgrade"], 0)).toBe("upgrade");
  });

  test("is of another line than the one before: who asks for much waits for itself", async () => {
    const { clock, told, enter, fillTurn } = createAdmission();
    fillTurn();
    for (let count = 0; count < 3; count += 1) enter("much");
    enter("little");
    await clock.endTurn();
    await clock.endTurn();
    expect(told).toEqual(["much ready", "little ready", "much ready", "much ready"]);
  });
});

test("whoever comes, in whatever order, is told exactly once or taken back", async () => {
  const step = fc.oneof(
    fc.record({ type: fc.constantFrom("upgrade", "greeting", "resume"), who: fc.nat(3) }),
    fc.record({ type: fc.constantFrom("turn", "use", "wait", "leave"), who: fc.nat(9) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = new HeldTurns();
      const options = { turnMs: 10, resumesInFlight: 2, queue: 4, queueTimeoutMs: 50 };
      const admission = new Admission(clock, options);
      const times: number[] = [];
      const leaving: (() => void)[] = [];
      let served = 0;
      for (const { type, who } of steps) {
        if (type === "turn") await clock.endTurn();
        else if (type === "use") clock.use(who);
        else if (type === "wait") await clock.advance(who * 10);
        else if (type === "leave") leaving[who]?.();
        else {
          const at = times.push(0) - 1;
          const count = () => {
            times[at] = (times[at] ?? 0) + 1;
          };
          if (type === "resume") {
            leaving.push(() => {});
            void admission.resume(who, async () => {
              count();
              served += 1;
              expect(served).toBeLessThanOrEqual(options.resumesInFlight);
              await Promise.resolve();
              served -= 1;
            });
          } else {
            const takeBack = admission.enter(type as "upgrade" | "greeting", who, count);
            leaving.push(() => {
              takeBack();
              // Told before, or never.
              times[at] = 1;
            });
          }
          expect(admission.waiting("upgrade") + admission.waiting("greeting")).toBeLessThanOrEqual(
            options.queue,
          );
        }
      }
      for (let turn = 0; turn < 80; turn += 1) await clock.endTurn();
      await clock.advance(1_000);
      expect(times.every((count) => count === 1)).toBe(true);
      for (const lane of ["resume", "greeting", "upgrade"] as const)
        expect(admission.waiting(lane)).toBe(0);
      expect(admission.stats().resumesInFlight).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test("nobody waits for a server that is closed", async () => {
  const { admission, told, enter, resume, fillTurn } = createAdmission();
  fillTurn();
  enter("one");
  resume("two");
  admission.close();
  await Promise.resolve();
  enter("three");
  expect(told.sort()).toEqual(["one ready", "three ready", "two resumes"]);
});
