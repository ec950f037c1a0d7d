import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { EventStore } from "@runwire/store";
import { afterAll, expect, test } from "vitest";
import { outerPlants } from "../../src/plants/outer-plants.ts";
import { type Search, search } from "../../src/plants/search.ts";
import { sourcePlants } from "../../src/plants/source-plants.ts";

/** How many schedules a mistake may survive. */
const most = 200;

test.each(Object.entries(outerPlants))("%s is found", { timeout: 60_000 }, async (_, plant) => {
  expect((await search(most, plant.shows, { plant })).names).toContain(plant.shows);
});

const fileOf = (name: string) =>
  fileURLToPath(new URL(`../../src/plants/${name}`, import.meta.url));

/** The sources are compiled once for all processes, but for the one with the mistake. */
const compiled = mkdtempSync(join(tmpdir(), "runwire-plants-"));
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

/** Plays schedules in a process whose sources have this mistake. */
async function searchPlanted(mistake: string): Promise<Search> {
  const args = ["--conditions=@runwire/source", "--import", fileOf("load-sources.ts")];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...args, fileOf("search-planted.ts"), `${most}`],
    { env: { ...process.env, NODE_COMPILE_CACHE: compiled, RUNWIRE_PLANT: mistake } },
  );
  return JSON.parse(stdout) as Search; // what search-planted.ts prints
}

test.each(Object.entries(sourcePlants))(
  "%s is found",
  { timeout: 120_000 },
  async (mistake, { shows }) => {
    expect((await searchPlanted(mistake)).names).toContain(shows);
  },
);

test("what only looks at everything that passes changes nothing", { timeout: 60_000 }, async () => {
  const same = (text: string) => JSON.stringify(JSON.parse(text));
  const plant = { store: (store: EventStore) => store, sent: same, asked: same };
  expect((await search(50, undefined, { plant })).names).toEqual([]);
});
