import fc from "fast-check";

/** What happened to the bytes of a file. Places are shares of its length, so that one fits every file. */
export type Damage =
  | { readonly type: "bytes"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly type: "flip"; readonly at: number; readonly bit: number }
  /** In what SQLite looks at first: the header of the file, or of a page and its pointers to rows. */
  | { readonly type: "header"; readonly within: number; readonly bytes: Uint8Array }
  | {
      readonly type: "page";
      readonly at: number;
      readonly within: number;
      readonly bytes: Uint8Array;
    }
  | { readonly type: "sector"; readonly at: number; readonly fill: number }
  | { readonly type: "zeros"; readonly at: number }
  /** A page that stands where another one should. */
  | { readonly type: "misplaced"; readonly at: number; readonly from: number }
  | { readonly type: "cut"; readonly at: number };

const pageBytes = 4_096;
const sectorBytes = 512;

const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const few = fc.uint8Array({ minLength: 1, maxLength: 3 });
const as = <Type extends string>(type: Type) => fc.constant(type);

export const damages: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ type: as("bytes"), at, bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }) }),
  fc.record({ type: as("flip"), at, bit: fc.nat(7) }),
  fc.record({ type: as("header"), within: fc.nat(99), bytes: few }),
  fc.record({ type: as("page"), at, within: fc.nat(70), bytes: few }),
  fc.record({ type: as("sector"), at, fill: fc.nat(255) }),
  fc.record({ type: as("zeros"), at }),
  fc.record({ type: as("misplaced"), at, from: at }),
  fc.record({ type: as("cut"), at }),
);

/** The bytes afterwards; the ones that are given stay as they are. */
export function applyDamage(bytes: Buffer, damage: Damage): Buffer {
  if (damage.type === "cut") return bytes.subarray(0, Math.floor(damage.at * bytes.length));
  const damaged = Buffer.from(bytes);
  const [place, content] = planDamage(bytes, damage);
  damaged.set(content.subarray(0, bytes.length - place), place);
  return damaged;
}

function planDamage(
  bytes: Buffer,
  damage: Exclude<Damage, { readonly type: "cut" }>,
): readonly [place: number, content: Uint8Array] {
  const blockAt = (share: number, size: number) => Math.floor((share * bytes.length) / size) * size;
  switch (damage.type) {
    case "bytes":
      return [Math.floor(damage.at * bytes.length), damage.bytes];
    case "flip": {
      const place = Math.floor(damage.at * bytes.length);
      return [place, Uint8Array.of((bytes[place] ?? 0) ^ (1 << damage.bit))];
    }
    case "header":
      return [damage.within, damage.bytes];
    case "page":
      return [blockAt(damage.at, pageBytes) + damage.within, damage.bytes];
    case "sector":
      return [blockAt(damage.at, sectorBytes), Buffer.alloc(sectorBytes, damage.fill)];
    case "zeros":
      return [blockAt(damage.at, pageBytes), Buffer.alloc(pageBytes)];
    case "misplaced": {
      const from = blockAt(damage.from, pageBytes);
      return [blockAt(damage.at, pageBytes), bytes.subarray(from, from + pageBytes)];
    }
  }
}
