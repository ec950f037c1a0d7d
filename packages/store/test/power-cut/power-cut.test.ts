import fc from "fast-check";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { isRequired } from "../../../../scripts/testing/chromium.ts";
import { type Cut, cutPower } from "./cut-power.js";
import { judge, readLog } from "./judge.js";
import { toPromises } from "./marks.js";
import { type Recording, record, whyNoTrace } from "./record.js";

vi.setConfig({ testTimeout: process.env.RUNWIRE_RUNS ? 3_600_000 : 60_000, hookTimeout: 60_000 });

const seed = process.env.RUNWIRE_SEED ? { seed: Number(process.env.RUNWIRE_SEED) } : {};
const runs = { numRuns: Number(process.env.RUNWIRE_RUNS ?? 100), ...seed };
const settings = { turns: 6, checkpointPages: 40, seed: 1, ...seed };

type Durability = "full" | "normal";

/** The power fails when all is done and on the disk. */
function atEnd({ operations }: Recording): Cut {
  return { after: operations.length, sectorBytes: 512, landed: "all", seed: 0 };
}

/** At any moment of a recording; every other one right after the store has promised something. */
function cutsOf({ operations }: Recording): fc.Arbitrary<Cut> {
  const promised = operations.flatMap(({ type }, index) => (type === "mark" ? [index + 1] : []));
  return fc.record({
    after: fc.oneof(fc.nat(operations.length), fc.constantFrom(...promised)),
    sectorBytes: fc.constantFrom(512, 4_096),
    landed: fc.constantFrom("none", "some", "some", "some", "all"),
    seed: fc.integer(),
  });
}

/** Says of a cut what is wrong afterwards. */
async function createJudge(
  recording: Recording,
  durability: Durability,
): Promise<(cut: Cut) => Promise<readonly string[]>> {
  const { operations } = recording;
  const whole = await readLog(cutPower(operations, atEnd(recording)));
  return (cut) =>
    judge(cutPower(operations, cut), toPromises(operations, cut.after), durability, whole);
}

/** No cut may do any harm; only every `share`th of them is made. */
async function expectNoHarm(
  recording: Recording,
  durability: Durability,
  share = 1,
): Promise<void> {
  const findHarm = await createJudge(recording, durability);
  const isHarmless = async (cut: Cut) => {
    expect(await findHarm(cut)).toEqual([]);
  };
  await fc.assert(fc.asyncProperty(cutsOf(recording), isHarmless), {
    ...runs,
    numRuns: Math.ceil(runs.numRuns / share),
  });
}

/** All the harm that some cuts do, as `full` would have none. */
async function collectHarm(recording: Recording): Promise<string> {
  const findHarm = await createJudge(recording, "full");
  const harm = new Set<string>();
  for (const cut of fc.sample(cutsOf(recording), { numRuns: 25, ...seed }))
    for (const what of await findHarm(cut)) harm.add(what);
  return [...harm].join("\n");
}

const missing = whyNoTrace();
if (missing && isRequired("strace")) throw new Error(`strace is required: ${missing}`);

describe.skipIf(missing)(missing ? `[strace] SKIPPED: ${missing}` : "a power cut", () => {
  describe("under `full`", () => {
    let recording: Recording;
    beforeAll(() => {
      recording = record({ ...settings, durability: "full" });
    });

    it("is played with all that was written, byte for byte", () => {
      expect(cutPower(recording.operations, atEnd(recording))).toEqual(recording.left);
    });

    it("takes nothing that was acknowledged, leaves no hole, and the epoch is the same", async () => {
      await expectNoHarm(recording, "full");
    });
  });

  describe("under `normal`", () => {
    let recording: Recording;
    beforeAll(() => {
      recording = record({ ...settings, durability: "normal" });
    });

    it("[RW-LOG-2] takes no more than the end of the log, and then the epoch is another one", async () => {
      await expectNoHarm(recording, "normal");
    });

    it("takes more than `full` may lose", async () => {
      expect(await collectHarm(recording)).toMatch(/publish \d+ is lost/);
    });
  });

  it.each(["full", "normal"] as const)(
    "under `%s` takes no more where a writer was killed before, as it waited for the disk",
    async (durability) => {
      for (const killAtSync of [11, 17]) {
        const recording = record({ ...settings, durability }, killAtSync);
        expect(cutPower(recording.operations, atEnd(recording))).toEqual(recording.left);
        await expectNoHarm(recording, durability, 3);
      }
    },
  );

  it.each(["NORMAL", "OFF"])(
    "under a `full` that only asks for synchronous = %s is found to lose what was acknowledged",
    async (synchronous) => {
      const recording = record({ ...settings, durability: "full", synchronous });
      expect(await collectHarm(recording)).toMatch(/publish \d+ is lost|cannot be opened/);
    },
  );
});
