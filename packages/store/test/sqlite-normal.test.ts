import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSqliteStore } from "../src/sqlite.js";
import { append, channel, custom, textsOf } from "../src/testing/event-samples.js";
import { startProcess } from "./other-process.js";
import { createTemporaryFile } from "./temporary-file.js";

let file: string;
let remove: () => void;
beforeEach(() => {
  ({ file, remove } = createTemporaryFile());
});
afterEach(() => remove());

/** A process that appends one event without waiting for the disk, and is killed. */
async function appendAndDie(): Promise<void> {
  const process = startProcess(
    `const store = createSqliteStore({ file: args[0], durability: "normal" });
     const event = { type: "custom", time: 1, name: "n" };
     await store.append({ channel: args[1], writer: "w", id: "1", actor: { type: "server" }, events: [{ event, json: JSON.stringify(event) }] });
     console.log("appended");
     setInterval(() => undefined, 1000);`,
    [file, channel],
  );
  await process.nextLine();
  await process.kill();
}

/** What a power cut leaves: the notes are of an earlier start of the operating system. */
function pretendPowerCut(): void {
  const database = new DatabaseSync(file);
  database.exec("UPDATE unsynced SET start = 'an earlier start'");
  database.close();
}

async function epochsAt(durability: "full" | "normal"): Promise<readonly string[]> {
  const store = createSqliteStore({ file, durability });
  const heads = [await store.head(channel), await store.head("never-written")];
  await store.close();
  return heads.map(({ epoch }) => epoch);
}

it("[RW-LOG-2] gives every channel a new epoch after a power cut, for its last events may be gone", async () => {
  const before = await epochsAt("normal");
  await appendAndDie();
  pretendPowerCut();
  const after = await epochsAt("full");
  expect(after.every((epoch) => /^[\w-]{1,64}$/.test(epoch) && !before.includes(epoch))).toBe(true);
  expect(await epochsAt("normal")).toEqual(after);
  const store = createSqliteStore({ file });
  expect(await textsOf(store)).toHaveLength(1);
  await store.close();
});

it("keeps the epochs after a power cut when it was closed before, or has waited for the disk", async () => {
  const store = createSqliteStore({ file, durability: "normal" });
  await append(store, [custom("n")]);
  await store.close();
  const full = createSqliteStore({ file });
  await append(full, [custom("n")]);
  pretendPowerCut();
  const epoch = (await full.head(channel)).epoch;
  expect((await epochsAt("normal"))[0]).toBe(epoch);
  await full.close();
});

it.runIf(process.platform === "linux")(
  "keeps the epochs when the process alone was killed, for the system has every append",
  async () => {
    const before = await epochsAt("normal");
    await appendAndDie();
    expect(await epochsAt("normal")).toEqual(before);
    const store = createSqliteStore({ file });
    expect(await textsOf(store)).toHaveLength(1);
    await store.close();
  },
);
