import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sources } from "../other-process.js";
import { toPromises } from "./marks.js";
import { type Operation, toNames } from "./operations.js";
import { readTrace, tracedCalls } from "./read-trace.js";

/** The channel whose events are counted, and one that is deleted in mid-life. */
export const kept = "kept";
export const doomed = "doomed";
export const databaseName = "runs.db";

/** What `writer.ts` is told. */
export interface WriterArguments {
  readonly file: string;
  readonly durability: "full" | "normal";
  readonly seed: number;
  /** Turns of appending in each life. */
  readonly turns: number;
  /** How often what was written is copied into the file. */
  readonly checkpointPages: number;
  /** In place of what the store asks of SQLite: `OFF`, say. */
  readonly synchronous?: string;
  /** Goes on after this publish, where another writer was killed: the next one was perhaps appended. */
  readonly goesOnAfter?: number;
}

/** What a writer did to its folder, and what it left there. */
export interface Recording {
  readonly operations: readonly Operation[];
  readonly left: ReadonlyMap<string, Buffer>;
}

/** Why no trace can be written here, if so. */
export function whyNoTrace(): string | undefined {
  const { error, status, stderr } = spawnSync("strace", ["-o", "/dev/null", "true"], {
    encoding: "utf8",
  });
  if (error) return "there is no strace";
  return status === 0 ? undefined : `strace may not trace here: ${stderr.trim().split("\n")[0]}`;
}

/**
 * Lets a writer live under `strace`; it kills itself in the end. With `killAtSync` it is killed as it asks the disk for
 * the `n`th confirmation, which is never given, and another one goes on.
 */
export function record(settings: Omit<WriterArguments, "file">, killAtSync?: number): Recording {
  const place = realpathSync(mkdtempSync(join(tmpdir(), "runwire-power-")));
  try {
    const folder = join(place, "data");
    mkdirSync(folder);
    const given: WriterArguments = { ...settings, file: join(folder, databaseName) };
    let operations = trace(given, killAtSync);
    if (killAtSync !== undefined) {
      const { appended } = toPromises(operations, operations.length);
      const names = toNames(operations);
      const goesOnAfter = Number(appended.at(-1)?.id ?? 0);
      operations = [...operations, ...trace({ ...given, goesOnAfter }, undefined, names)];
    }
    const read = (name: string) => [name, readFileSync(join(folder, name))] as const;
    return { operations, left: new Map([databaseName, `${databaseName}-wal`].map(read)) };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function trace(
  given: WriterArguments,
  killAtSync?: number,
  names: ReadonlySet<string> = new Set(),
): Operation[] {
  const folder = dirname(given.file);
  const file = `${folder}.trace`;
  const writer = fileURLToPath(new URL("writer.ts", import.meta.url));
  const syncs = `inject=fsync,fdatasync:signal=SIGKILL:when=${killAtSync}`;
  const command = [
    // Only the main thread: SQLite works there.
    ...["-y", "-xx", "-s", "1000000", "-o", file, "-e", `trace=${tracedCalls}`],
    ...(killAtSync === undefined ? [] : ["-e", syncs]),
    ...[process.execPath, ...sources, writer, JSON.stringify(given)],
  ];
  const { signal, stderr } = spawnSync("strace", command, { encoding: "utf8", timeout: 60_000 });
  if (signal !== "SIGKILL") throw new Error(`the writer ended too early: ${stderr}`);
  return readTrace(readFileSync(file, "latin1"), folder, names);
}
