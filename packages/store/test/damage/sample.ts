import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createSqliteStore } from "../../src/sqlite.js";
import {
  append,
  completed,
  custom,
  executed,
  executing,
  started,
  thinking,
} from "../../src/testing/event-samples.js";

/** The bytes of the files of a store. */
export interface Image {
  readonly db: Buffer;
  readonly wal?: Buffer;
  readonly shm?: Buffer;
}

/** The log of a channel, as it was acknowledged. */
export interface Log {
  readonly epoch: string;
  readonly texts: readonly string[];
}

/** A store as it lies on the disk, and what is in it. */
export interface Sample {
  /** After it was closed: one file. */
  readonly closed: Image;
  /** While its process has it, or after that was killed: a part of it lies in FILE-wal. */
  readonly open: Image;
  readonly logs: ReadonlyMap<string, Log>;
}

const channels = ["chat:one", "chat:two", "chat:three"] as const;

/** Fills a store; `turnClock` lets more than a tenth of a second pass, so that each channel's row notes its head. */
export async function createSample(file: string, turnClock: () => void): Promise<Sample> {
  const texts = new Map<string, string[]>(channels.map((channel) => [channel, []]));
  const first = createSqliteStore({ file, durability: "normal", reserveBytes: 0 });
  for (let round = 0; round < 6; round++) await writeRound(first, round);
  await first.close();
  const second = createSqliteStore({ file, durability: "normal", reserveBytes: 0 });
  for (let round = 6; round < 9; round++) await writeRound(second, round);
  const logs = new Map<string, Log>();
  for (const channel of channels) {
    const { epoch } = await second.head(channel);
    logs.set(channel, { epoch, texts: texts.get(channel) ?? [] });
  }
  const open = readImage(file);
  await second.close();
  return { closed: readImage(file), open, logs };

  async function writeRound(store: typeof first, round: number): Promise<void> {
    for (const channel of channels) {
      const events = [runOf(channel, round), [custom("todo", `key ${round % 4}`, round)]];
      for (const publish of events) {
        turnClock();
        await append(store, publish, { channel });
      }
      texts.get(channel)?.push(...events.flat().map(({ json }) => json));
      const command = { channel, id: `command ${round}`, runId: runName(channel, round) };
      await store.putCommand({ ...command, name: "cancel", user: { id: "ann" } });
    }
  }
}

export function runName(channel: string, round: number): string {
  return `run ${round} of ${channel}`;
}

/** Short texts, and one that goes on in pages of its own; every fifth run goes on. */
function runOf(channel: string, round: number) {
  const runId = runName(channel, round);
  const deltas = ["", "x".repeat(40), "ä…".repeat(600), "y".repeat(300)];
  return [
    started(runId),
    ...deltas.map((delta, index) => thinking(runId, `${round} ${index} ${delta}`)),
    executing(runId, "tool"),
    executed(runId, "tool"),
    ...(round % 5 === 0 ? [] : [completed(runId)]),
  ];
}

function readImage(file: string): Image {
  const [db, wal, shm] = ["", "-wal", "-shm"].map((end) => read(`${file}${end}`));
  return { db: db ?? Buffer.alloc(0), ...(wal && { wal }), ...(shm && { shm }) };
}

function read(name: string): Buffer | undefined {
  try {
    return readFileSync(name);
  } catch {
    return undefined;
  }
}

/** Puts the files there, in the place of those that are. */
export function placeImage(file: string, { db, wal, shm }: Image): void {
  for (const [end, bytes] of Object.entries({ "": db, "-wal": wal, "-shm": shm })) {
    rmSync(`${file}${end}`, { force: true });
    if (bytes) writeFileSync(`${file}${end}`, bytes);
  }
}
