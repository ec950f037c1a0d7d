import { stat } from "node:fs/promises";
import { resolveInside } from "../files/confine.ts";
import { walkFiles } from "../files/walk-files.ts";
import { type ExpectedFiles, toFraction } from "./expected-files.ts";
import type { Tool } from "./tool.ts";

interface FileFact {
  readonly path: string;
  readonly bytes: bigint;
  readonly inode: bigint;
  readonly changedAt: Date;
}

export interface FileFacts {
  readonly largest: readonly FileFact[];
  readonly newest: readonly FileFact[];
  readonly totalBytes: bigint;
  /** The users that own the files. */
  readonly owners: ReadonlySet<bigint>;
}

const KEPT = 8;

/** Size, age and owner of files, as the file system says them. */
export const fileFacts: Tool<ExpectedFiles, FileFacts> = {
  name: "file_facts",
  timeLimitMs: 20_000,
  async run(input, { folder, signal, progress }) {
    const facts: FileFact[] = [];
    const owners = new Set<bigint>();
    let seen = 0;
    for await (const path of walkFiles(folder, signal)) {
      const found = await look(folder, path).catch(() => undefined); // gone since it was listed
      if (found) {
        owners.add(found.owner);
        facts.push(found.fact);
      }
      if (seen++ % 200 === 0) progress({ fraction: toFraction(seen, input) });
    }
    return {
      largest: facts.toSorted((one, other) => compare(other.bytes, one.bytes)).slice(0, KEPT),
      newest: facts
        .toSorted((one, other) => compare(other.changedAt, one.changedAt))
        .slice(0, KEPT),
      totalBytes: facts.reduce((sum, fact) => sum + fact.bytes, 0n),
      owners,
    };
  },
};

async function look(folder: string, path: string): Promise<{ fact: FileFact; owner: bigint }> {
  const facts = await stat(await resolveInside(folder, path), { bigint: true });
  return {
    fact: { path, bytes: facts.size, inode: facts.ino, changedAt: facts.mtime },
    owner: facts.uid,
  };
}

function compare<T extends bigint | Date>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
