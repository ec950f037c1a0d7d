import { closeCodes } from "@runwire/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultBackoff, toBackoffMs } from "../../src/connection/backoff.js";
import { decideReconnect } from "../../src/connection/decide-reconnect.js";

const facts = {
  attempt: 1,
  wasRefused: false,
  notBefore: 0,
  noticeMs: 100_000,
  now: 1_000,
  random: 1,
};

describe("backoff", () => {
  it("[RW-LIVE-14] doubles from 1 s to 30 s", () => {
    const waits = [1, 2, 3, 4, 5, 6, 7].map((attempt) => toBackoffMs(attempt, 1, defaultBackoff));
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it("[RW-LIVE-14] spreads over the whole time, and never waits longer than its bound or less than the server asks", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(100_000),
        (attempt, random, notBefore) => {
          const decision = decideReconnect(
            { ...facts, attempt, random, notBefore },
            defaultBackoff,
          );
          if (decision.kind !== "wait") throw new Error(decision.kind);
          const boundMs = Math.min(30_000, 1_000 * 2 ** attempt);
          expect(decision.dueAt).toBeGreaterThanOrEqual(Math.max(facts.now, notBefore));
          expect(decision.dueAt).toBeLessThanOrEqual(Math.max(facts.now + boundMs, notBefore));
        },
      ),
    );
  });
});

it("waits no longer than the server asked, though the clock was set back meanwhile", () => {
  const anHour = 3_600_000;
  const noticed = { ...facts, notBefore: facts.now + anHour, noticeMs: 5_000 };
  const decision = decideReconnect({ ...noticed, random: 0 }, defaultBackoff);
  expect(decision).toMatchObject({ kind: "wait", dueAt: facts.now + 5_000 });
});

describe("a close code", () => {
  it.each(Object.values(closeCodes))(
    "[RW-LIVE-8] $code ($reason) is followed as the table says",
    (row) => {
      const { kind } = decideReconnect({ ...facts, code: row.code }, defaultBackoff);
      expect(kind).toBe(row.client === "stop" ? "stop" : "wait");
    },
  );

  it.each([1000, 1001, 1006, 1011, 4999])(
    "%i, which the table does not name, comes back",
    (code) => {
      expect(decideReconnect({ ...facts, code }, defaultBackoff).kind).toBe("wait");
    },
  );

  it("parks when the attempts are used up", () => {
    expect(decideReconnect({ ...facts, attempt: 10 }, defaultBackoff).kind).toBe("park");
  });
});
