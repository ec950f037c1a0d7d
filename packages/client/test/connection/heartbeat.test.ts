import { FakeClock } from "@runwire/testing";
import { describe, expect, it } from "vitest";
import { createHeartbeat } from "../../src/connection/heartbeat.js";

function setUp() {
  const clock = new FakeClock();
  const start = clock.now();
  const pings: number[] = [];
  const deaths: number[] = [];
  const heartbeat = createHeartbeat({
    clock,
    intervalMs: 30_000,
    timeoutMs: 60_000,
    probeMs: 2_000,
    ping: () => pings.push(clock.now() - start),
    onDead: () => deaths.push(clock.now() - start),
  });
  return { clock, heartbeat, pings, deaths };
}

describe("a heartbeat", () => {
  it("[RW-LIVE-4] pings at once and every interval while it is answered", async () => {
    const { clock, heartbeat, pings, deaths } = setUp();
    for (let turn = 0; turn < 9; turn++) {
      heartbeat.heard();
      await clock.advance(10_000);
    }
    expect(pings).toEqual([0, 30_000, 60_000, 90_000]);
    expect(deaths).toEqual([]);
  });

  it("[RW-LIVE-5] tells of death when nothing was heard for the timeout", async () => {
    const { clock, heartbeat, deaths } = setUp();
    await clock.advance(29_000);
    heartbeat.heard();
    await clock.advance(59_999);
    expect(deaths).toEqual([]);
    await clock.advance(2);
    expect(deaths).toEqual([89_000]);
  });

  it("[RW-LIVE-5] does not judge by a timer that came late, but by the next one", async () => {
    const { clock, pings, deaths } = setUp();
    await clock.stall(600_000);
    expect(deaths).toEqual([]);
    expect(pings).toEqual([0, 600_000]);
    await clock.advance(2_000);
    expect(deaths).toEqual([602_000]);
  });

  it("lives on when the ping after a stall is answered", async () => {
    const { clock, heartbeat, deaths } = setUp();
    await clock.stall(600_000);
    heartbeat.heard();
    await clock.advance(30_000);
    expect(deaths).toEqual([]);
  });

  it("finds a dead connection in a hidden tab, whose timers always come late", async () => {
    const { clock, deaths } = setUp();
    for (let minute = 0; minute < 4; minute++) await clock.stall(60_000);
    expect(deaths).toHaveLength(1);
  });

  it("probes within 2 s when asked to", async () => {
    const { clock, heartbeat, deaths } = setUp();
    heartbeat.heard();
    await clock.advance(10_000);
    heartbeat.probe();
    await clock.advance(1_999);
    expect(deaths).toEqual([]);
    await clock.advance(1);
    expect(deaths).toEqual([12_000]);
  });

  it("leaves no timer behind", async () => {
    const { clock, heartbeat } = setUp();
    heartbeat.stop();
    expect(clock.pending()).toEqual([]);
  });
});
