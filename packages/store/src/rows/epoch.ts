import { createHash } from "node:crypto";

/** Bytes of randomness in a salt, an epoch and a command's id. */
export const randomBytesInName = 16;

/**
 * The epoch of a channel that was never written: it follows from the store's salt, so that asking for it
 * writes nothing and the first event finds the one that was told before.
 */
export function deriveEpoch(salt: string, channel: string): string {
  const digest = createHash("sha256").update(`${salt}\n${channel}`).digest();
  return toName(digest.subarray(0, randomBytesInName));
}

/** Bytes as a name of letters that every identifier allows; 16 bytes give 22 characters. */
export function toName(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}
