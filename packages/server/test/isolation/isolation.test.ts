import { expect, test, vi } from "vitest";
import { forms, overHttp } from "./forms.ts";
import { type Counts, World } from "./world.ts";

vi.setConfig({ testTimeout: 3_600_000 }); // as long as the number of probes that was asked for takes

/** RUNWIRE_RUNS probes further, RUNWIRE_SEED begins with the seed that a failure names. */
const probes = Number(process.env.RUNWIRE_RUNS ?? 12_000);
const firstSeed = Number(process.env.RUNWIRE_SEED ?? 1);
const probesOfWorld = 2_000;

test("[RW-SUB-27] whatever is asked under whatever name, nobody is told of a channel that they may not see, nor whether it exists", async () => {
  const counts: Counts = new Map();
  for (let done = 0; done < probes; done += probesOfWorld) {
    const seed = firstSeed + done / probesOfWorld;
    const world = new World(seed, counts);
    await world.play(probesOfWorld).catch((error: unknown) => {
      throw new Error(`with RUNWIRE_SEED=${seed}`, { cause: error });
    });
  }
  for (const [form, { right }] of Object.entries(forms))
    for (const way of overHttp.has(form) ? [form, `${form} over HTTP`] : [form])
      for (const kind of ["allowed", "no name", ...(right ? ["forbidden"] : [])])
        expect(counts.get(`${way}: ${kind}`), `${way}: ${kind}`).toBeGreaterThan(10);
  expect(counts.get("report over HTTP")).toBeGreaterThan(10);
});
