import type { Operation, Resize, Write } from "./operations.js";
import { createRandom } from "./random.js";

/** When the power fails, and what the disk had done by then of what it had not confirmed. */
export interface Cut {
  /** So many operations were done. */
  readonly after: number;
  /** What a disk writes whole or not at all. */
  readonly sectorBytes: number;
  /** `none` and `all` of what was not confirmed; `some`: each sector for itself, in any order. */
  readonly landed: "none" | "some" | "all";
  /** Which, for `some`. */
  readonly seed: number;
}

/** What decides it. */
interface Draw extends Pick<Cut, "sectorBytes" | "landed"> {
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** A file with its bytes, apart from its name: an open file that is removed and made anew is another one. */
interface Inode {
  readonly confirmed: Image;
  pending: (Write | Resize)[];
}

/**
 * The files that a disk may hold after a power cut. What was confirmed is there. Of what was not, a sector has any
 * of the contents that it had since, whatever the sectors beside it have; a file may be as long as it was to
 * become, with anything in it; and names came and went in their order, as far as they got.
 */
export function cutPower(operations: readonly Operation[], cut: Cut): ReadonlyMap<string, Buffer> {
  const folder = new Folder();
  for (const operation of operations.slice(0, cut.after)) folder.do(operation);
  return folder.afterCut(cut);
}

class Folder {
  readonly #entries = new Map<string, Inode>();
  /** The folder as it is confirmed, and what came after that. */
  #confirmed = new Map<string, Inode>();
  #pending: { readonly name: string; readonly inode: Inode | undefined }[] = [];

  do(operation: Operation): void {
    switch (operation.type) {
      case "create":
        this.#setEntry(operation.name, { confirmed: new Image(), pending: [] });
        break;
      case "remove":
        this.#setEntry(operation.name, undefined);
        break;
      case "write":
      case "resize":
        // A removed file may be written to, and nobody will ever read it.
        this.#entries.get(operation.name)?.pending.push(operation);
        break;
      case "sync":
        confirm(this.#entries.get(operation.name));
        break;
      case "sync-folder":
        this.#confirmed = new Map(this.#entries);
        this.#pending = [];
        break;
      case "mark":
    }
  }

  afterCut(cut: Cut): ReadonlyMap<string, Buffer> {
    const draw = { ...cut, random: createRandom(cut.seed) };
    const entries = new Map(this.#confirmed);
    const landed = pickCount(this.#pending.length, draw);
    for (const { name, inode } of this.#pending.slice(0, landed)) setOrDelete(entries, name, inode);
    return new Map([...entries].map(([name, inode]) => [name, land(inode, draw)]));
  }

  #setEntry(name: string, inode: Inode | undefined): void {
    setOrDelete(this.#entries, name, inode);
    this.#pending.push({ name, inode });
  }
}

function setOrDelete(entries: Map<string, Inode>, name: string, inode: Inode | undefined): void {
  if (inode) entries.set(name, inode);
  else entries.delete(name);
}

function confirm(inode: Inode | undefined): void {
  if (!inode) return;
  for (const operation of inode.pending)
    if (operation.type === "resize") inode.confirmed.resize(operation.size);
    else inode.confirmed.write(operation);
  inode.pending = [];
}

/** Of `count` things in their order, how many got to the disk. */
function pickCount(count: number, { landed, random }: Pick<Draw, "landed" | "random">): number {
  if (landed === "none") return 0;
  return landed === "all" ? count : Math.floor(random() * (count + 1));
}

function land({ confirmed, pending }: Inode, draw: Draw): Buffer {
  const { sectorBytes, landed, random } = draw;
  const image = new Image(confirmed.bytes);
  const reached = new Map<number, number>();
  /** The sector has what came before this one of the pending operations. */
  const reachOf = (sector: number) => {
    const known = reached.get(sector);
    if (known !== undefined) return known;
    const picked = pickCount(pending.length, draw);
    reached.set(sector, picked);
    return picked;
  };
  const sizes = pickCount(pending.length, draw);
  for (const [index, operation] of pending.entries()) {
    if (operation.type === "resize") {
      if (index < sizes) image.resize(operation.size);
    } else
      for (const piece of toPieces(operation, sectorBytes))
        if (index < reachOf(Math.floor(piece.at / sectorBytes))) image.write(piece);
        else if (landed === "some" && index < sizes) image.grow(piece, random() < 0.5 ? 0 : 0xa5);
  }
  return image.bytes;
}

/** The parts of a write that lie in one sector each. */
function* toPieces(
  { at, bytes }: Write,
  sectorBytes: number,
): Generator<Omit<Write, "type" | "name">> {
  for (let from = 0; from < bytes.length; ) {
    const length = Math.min(sectorBytes - ((at + from) % sectorBytes), bytes.length - from);
    yield { at: at + from, bytes: bytes.subarray(from, from + length) };
    from += length;
  }
}

/** A file's bytes, which grow as they are written. */
class Image {
  #space: Buffer;
  #size: number;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#space = Buffer.from(bytes);
    this.#size = bytes.length;
  }

  get bytes(): Buffer {
    return this.#space.subarray(0, this.#size);
  }

  write({ at, bytes }: Pick<Write, "at" | "bytes">): void {
    this.#reach(at + bytes.length);
    this.#space.set(bytes, at);
  }

  /** The file is long enough for a write of which nothing else got to the disk. */
  grow({ at, bytes }: Pick<Write, "at" | "bytes">, filling: number): void {
    const end = at + bytes.length;
    const from = Math.max(at, this.#size);
    if (end <= from) return;
    this.#reach(end);
    this.#space.fill(filling, from, end);
  }

  resize(size: number): void {
    if (size > this.#size) this.#reach(size);
    this.#space.fill(0, size, this.#size); // what comes after the end once more is empty
    this.#size = size;
  }

  #reach(size: number): void {
    if (size > this.#space.length)
      this.#space = Buffer.concat([this.#space, Buffer.alloc(size)], size * 2);
    this.#size = Math.max(this.#size, size);
  }
}
