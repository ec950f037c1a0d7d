import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSqliteStore } from "../src/sqlite.js";
import { ann, channel, encoded, started, thinking } from "../src/testing/event-samples.js";
import { type OtherProcess, startProcess } from "./other-process.js";
import { createTemporaryFile } from "./temporary-file.js";

/** Several writers that never wait for each other; each acknowledged append is a line: writer, id, offset. */
const writers = `
  const [file, channel, life] = args;
  const store = createSqliteStore({ file });
  console.log((await store.head(channel)).epoch);
  const append = async (writer, id, event) => {
    const events = [0, 1, 2].map((part) => ({ event, json: JSON.stringify({ ...event, id, part, writer }) }));
    const { offset } = await store.append({ channel, writer, id, actor: { type: "user", id: "ann" }, events });
    console.log(JSON.stringify({ writer, id, offset }));
  };
  for (const number of [1, 2, 3, 4]) (async () => {
    const writer = "writer-" + life + "-" + number;
    for (let id = 1; ; id++) await append(writer, String(id), { type: "custom", time: 1, name: "n", data: "x".repeat(number * 100) });
  })();
`;

let file: string;
let remove: () => void;
let process: OtherProcess | undefined;
beforeEach(() => {
  ({ file, remove } = createTemporaryFile());
});
afterEach(async () => {
  await process?.kill();
  remove();
});

interface Acknowledged {
  readonly writer: string;
  readonly id: string;
  readonly offset: number;
}

/** Lets a process append until so many appends are acknowledged, and kills it in the middle of the next ones. */
async function liveAndDie(life: number, count: number) {
  process = startProcess(writers, [file, channel, String(life)]);
  const epoch = await process.nextLine();
  const acknowledged: Acknowledged[] = [];
  while (acknowledged.length < count)
    acknowledged.push(JSON.parse(await process.nextLine()) as Acknowledged);
  await process.kill();
  return { epoch, acknowledged };
}

it("[RW-PUB-2] loses nothing that was acknowledged and leaves no hole when the process is killed while it appends", async () => {
  const lives = [await liveAndDie(1, 37), await liveAndDie(2, 101), await liveAndDie(3, 60)];
  const store = createSqliteStore({ file });
  const { epoch, offset, events } = await store.read({ channel, after: 0, limit: 100_000 });
  expect(events.map((event) => event.offset)).toEqual(
    Array.from({ length: offset }, (_, index) => index + 1),
  );
  for (const life of lives) {
    expect(life.epoch).toBe(epoch);
    for (const { writer, id, offset: first } of life.acknowledged) {
      const texts = events
        .slice(first - 1, first + 2)
        .map(({ json }) => JSON.parse(json) as unknown);
      expect(texts).toMatchObject([0, 1, 2].map((part) => ({ writer, id, part })));
      expect(await store.findPublish({ channel, writer, id })).toEqual({ epoch, offset: first });
    }
  }
  expect(offset % 3).toBe(0);
  const run = { channel, writer: "w", actor: ann };
  expect(
    await store.append({ ...run, id: "1", events: [started("a"), thinking("a")] }),
  ).toMatchObject({ offset: offset + 1 });
  expect(
    await store.append({ ...run, id: "1", events: [encoded(thinking("a").event)] }),
  ).toMatchObject({ status: "duplicate" });
  await store.close();
  const database = new DatabaseSync(file);
  expect(database.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  database.close();
});
