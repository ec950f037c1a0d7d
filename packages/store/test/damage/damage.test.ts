import { closeSync, existsSync, openSync, truncateSync, writeSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { EventStore } from "../../src/index.js";
import { createSqliteStore } from "../../src/sqlite.js";
import { createTemporaryFile } from "../temporary-file.js";
import { applyDamage, type Damage, damages } from "./damage.js";
import { isTold, judge } from "./judge.js";
import { createSample, placeImage, type Sample } from "./sample.js";

/**
 * Bytes of a real file change, anywhere. Whoever asks is told of what is lost, is reset by another epoch, or has the
 * event that was written: never another one, and no offset names two.
 */
let sample: Sample;
let file: string;
let remove: () => void;
beforeAll(async () => {
  // What is damaged are bytes: waiting 2,000 times for a disk would take most of the time.
  ({ file, remove } = createTemporaryFile(existsSync("/dev/shm") ? "/dev/shm" : undefined));
  vi.useFakeTimers({ toFake: ["Date"] });
  sample = await createSample(file, () => void vi.advanceTimersByTime(200));
  vi.useRealTimers();
});
afterAll(() => remove());

type Case = { readonly damage: Damage; readonly of: "db" | "wal" };
const numRuns = 170;
const timeout = 60_000;

/** Damages the file of a store and opens it; `undefined` where that says why not. */
function openDamaged(state: "closed" | "open", { damage, of }: Case): EventStore | undefined {
  const image = sample[state];
  const bytes = image[of] ?? image.db;
  placeImage(file, { ...image, [image[of] ? of : "db"]: applyDamage(bytes, damage) });
  try {
    return createSqliteStore({ file, durability: "normal", reserveBytes: 0 });
  } catch (error) {
    expect(error).toSatisfy(isTold);
    return undefined;
  }
}

/** Damages a file that a store has open, which has read some of it. */
async function damageOpen({ damage, of }: Case): Promise<EventStore> {
  placeImage(file, sample.open);
  const store = createSqliteStore({ file, durability: "normal", reserveBytes: 0 });
  await store.head("chat:one");
  const bytes = applyDamage(sample.open[of] ?? sample.open.db, damage);
  const name = of === "db" ? file : `${file}-wal`;
  if (damage.type === "cut") truncateSync(name, bytes.length);
  else {
    const descriptor = openSync(name, "r+");
    writeSync(descriptor, bytes);
    closeSync(descriptor);
  }
  return store;
}

async function holds(
  open: (one: Case) => EventStore | undefined | Promise<EventStore>,
  of: readonly Case["of"][],
) {
  const cases = fc.record({ damage: damages, of: fc.constantFrom(...of) });
  const property = fc.asyncProperty(cases, async (one) => {
    const store = await open(one);
    expect(store && (await judge(store, sample))).toEqual(store && []);
  });
  await fc.assert(property, { numRuns });
}

it("is told where a closed file was damaged, and nothing wrong is served", { timeout }, () =>
  holds((one) => openDamaged("closed", one), ["db"]),
);

it("is told, or resets, where the file or its log was damaged after a kill", { timeout }, () =>
  holds((one) => openDamaged("open", one), ["db", "wal"]),
);

it.each([
  ["keeps the epochs of a file whose process was killed", { type: "cut", at: 1 }, true],
  [
    "gives new epochs where a frame of its log is damaged",
    { type: "flip", at: 0.5, bit: 3 },
    false,
  ],
  ["gives new epochs where its log has lost its end", { type: "cut", at: 0.9 }, false],
  [
    "gives new epochs where its log has lost its beginning",
    { type: "sector", at: 0, fill: 7 },
    false,
  ],
] as const)("%s", async (_name, damage, isSame) => {
  const store = openDamaged("open", { damage, of: "wal" });
  for (const [channel, { epoch, texts }] of sample.logs) {
    const head = await store?.head(channel);
    expect(head?.epoch === epoch).toBe(isSame);
    if (isSame) expect(head?.offset).toBe(texts.length);
  }
  await store?.close();
});

it("is told where a file was damaged that is in use", { timeout }, () =>
  holds(damageOpen, ["db", "wal"]),
);
