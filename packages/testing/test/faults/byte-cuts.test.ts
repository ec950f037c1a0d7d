import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type CutKind,
  createFaultProxy,
  createTestServer,
  type Direction,
  type TestServer,
} from "../../src/index.ts";
import { followThrough } from "./follow-through.ts";

/** The handshake and more; `RUNWIRE_CUT_BYTES=4096` goes on into the stream. */
const lastByte = Number(process.env.RUNWIRE_CUT_BYTES ?? 600);
/** Clients at once. */
const workers = 16;

let runwire: TestServer;
beforeAll(async () => {
  runwire = await createTestServer({ batch: { windowMs: 0, minWindowMs: 0 } });
});
afterAll(() => runwire.close());

async function followThroughCut(direction: Direction, by: CutKind, byte: number): Promise<void> {
  const plan = (connection: number) =>
    connection === 0 ? { [direction]: { cutAt: { byte, by } } } : {};
  await using proxy = await createFaultProxy({ target: { port: runwire.port }, plan });
  await followThrough(runwire, proxy, `${direction}:${by}:${byte}`, lastByte);
  expect(proxy.accepted, "connections").toBe(2);
}

const cases = (["up", "down"] as const).flatMap((direction) =>
  (["fin", "rst"] as const).map((by) => ({ direction, by })),
);

test.each(cases)(
  `cut $direction by $by after any of 0 to ${lastByte} bytes, nothing is lost and nothing comes twice`,
  { timeout: 120_000 },
  async ({ direction, by }) => {
    const bytes = Array.from({ length: lastByte + 1 }, (_, byte) => byte);
    const work = Array.from({ length: workers }, async () => {
      for (let byte = bytes.shift(); byte !== undefined; byte = bytes.shift())
        await followThroughCut(direction, by, byte);
    });
    await Promise.all(work);
  },
);
