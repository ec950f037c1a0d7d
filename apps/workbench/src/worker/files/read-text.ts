import { open } from "node:fs/promises";
import { resolveInside } from "./confine.ts";

/** At most so much of one file is read. */
export const MAX_TEXT_BYTES = 512 * 1024;

/**
 * A file's text, at most its first {@link MAX_TEXT_BYTES}.
 *
 * @throws Error when the file lies outside the folder, cannot be read, or is not text
 */
export async function readText(folder: string, path: string): Promise<string> {
  const file = await open(await resolveInside(folder, path), "r");
  try {
    const { bytesRead, buffer } = await file.read(
      Buffer.alloc(MAX_TEXT_BYTES),
      0,
      MAX_TEXT_BYTES,
      0,
    );
    const bytes = buffer.subarray(0, bytesRead);
    if (bytes.includes(0)) throw new Error(`${path} is not a text file`);
    return bytes.toString("utf8");
  } finally {
    await file.close();
  }
}
