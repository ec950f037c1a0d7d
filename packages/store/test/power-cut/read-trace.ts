import { basename, dirname } from "node:path";
import type { Operation } from "./operations.js";

/** Where a traced program writes what it says about itself: nothing comes of it but the line in the trace. */
export const markFile = "/dev/null";

/** What of a database needs no disk: another process makes it anew. */
const isInMemory = (name: string) => name.endsWith("-shm");

/**
 * The calls that change files; not every processor has all of them. One that {@link readTrace} does not know is an
 * error there, and not overlooked.
 */
export const tracedCalls = [
  ...["openat", "open", "creat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link"],
  ...["write", "pwrite64", "writev", "pwritev", "pwritev2", "sendfile", "copy_file_range"],
  ...["ftruncate", "truncate", "fallocate", "fsync", "fdatasync", "sync_file_range", "msync"],
].map((name) => `?${name}`);

/**
 * Reads what `strace -y -xx` wrote: all texts and paths are `\x2f\x74…`, and a descriptor is `21<path>`.
 *
 * @param present the files that were there before
 * @throws Error where something was done to the folder that it does not understand
 */
export function readTrace(
  trace: string,
  folder: string,
  present: ReadonlySet<string> = new Set(),
): Operation[] {
  const needle = toHex(folder);
  const mark = `<${toHex(markFile)}>`;
  const names = new Set(present);
  const operations: Operation[] = [];
  for (const line of trace.split("\n")) {
    if (!line.includes(needle) && !line.includes(mark)) continue;
    const done = readCall(line, folder);
    if (done === "nothing" || ("name" in done && isInMemory(done.name))) continue;
    if (done.type === "create" && names.has(done.name)) continue;
    if (done.type === "create") names.add(done.name);
    if (done.type === "remove") names.delete(done.name);
    operations.push(done);
  }
  return operations;
}

const text = String.raw`(?:\\x[0-9a-f]{2})*`;
const at = `AT_FDCWD(?:<${text}>)?, `;
const file = String.raw`\d+<(?<path>${text})>(?:\(deleted\))?`;

type Groups = Readonly<Record<string, string | undefined>>;

/** What a call means, by how its line looks. */
const readers: readonly [RegExp, (path: string, groups: Groups) => Operation | "nothing"][] = [
  [/ = (?:-1 E[A-Z]+ |\?)/, () => "nothing"], // failed, or never ended
  [call(`openat\\(${at}"(?<path>${text})", (?<flags>[A-Z_|]+)`), readOpening],
  [call(`write\\(${file}, "(?<bytes>${text})", .* (?<count>\\d+)$`), readMark],
  [call(`pwrite64\\(${file}, "(?<bytes>${text})", \\d+, (?<at>\\d+).* (?<count>\\d+)$`), readWrite],
  [call(`ftruncate\\(${file}, (?<size>\\d+)\\)`), readResize],
  [
    call(`(?:fsync|fdatasync)\\(${file}\\) += 0`),
    (path) => ({ type: "sync", name: basename(path) }),
  ],
  [
    call(`unlink(?:at)?\\((?:${at})?"(?<path>${text})"`),
    (path) => ({ type: "remove", name: basename(path) }),
  ],
];

function call(pattern: string): RegExp {
  return new RegExp(`^${pattern}`);
}

function readCall(line: string, folder: string): Operation | "nothing" {
  for (const [pattern, read] of readers) {
    const match = pattern.exec(line);
    if (!match) continue;
    const path = fromHex(match.groups?.path);
    if (path === folder && match[0].includes("sync")) return { type: "sync-folder" };
    if (dirname(path) !== folder && path !== markFile) return "nothing";
    return read(path, match.groups ?? {});
  }
  throw new Error(`the trace has a line that is not understood: ${line.slice(0, 200)}`);
}

function readOpening(path: string, { flags = "" }: Groups): Operation | "nothing" {
  if (path === markFile || !flags.includes("O_CREAT")) return "nothing";
  if (flags.includes("O_TRUNC")) throw new Error(`${path} is emptied as it is opened`);
  return { type: "create", name: basename(path) };
}

function readMark(path: string, groups: Groups): Operation {
  if (path !== markFile) throw new Error(`${path} is written to at no place`);
  return { type: "mark", text: toBytes(groups).toString() };
}

function readWrite(path: string, groups: Groups): Operation {
  const bytes = toBytes(groups);
  return { type: "write", name: basename(path), at: Number(groups.at), bytes };
}

function readResize(path: string, { size }: Groups): Operation {
  return { type: "resize", name: basename(path), size: Number(size) };
}

/** Those that were written: a write may be cut short. */
function toBytes({ bytes = "", count }: Groups): Buffer {
  return Buffer.from(bytes.replaceAll("\\x", ""), "hex").subarray(0, Number(count));
}

function toHex(path: string): string {
  return [...Buffer.from(path)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}

function fromHex(escaped = ""): string {
  return Buffer.from(escaped.replaceAll("\\x", ""), "hex").toString();
}
