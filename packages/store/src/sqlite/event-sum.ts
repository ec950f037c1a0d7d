import { crc32 } from "node:zlib";
import type { EventPlace } from "./event-place.js";

/**
 * The check sum of an event's text in its place. SQLite has none: a disk that gives other bytes back would make
 * another event of it, or move it, and nobody could tell.
 */
export function sumOf(text: string | Uint8Array, { channel, offset, run }: EventPlace): number {
  const place = offset ^ Math.imul(channel, 0x9e3779b1) ^ Math.imul(run ?? -1, 0x85ebca6b);
  return crc32(text, place >>> 2) >>> 2;
}
