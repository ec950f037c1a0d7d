import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Misuse, toMessage } from "../misuse.js";

/** Who a token is, and what they may. */
export interface TokenUser {
  readonly id: string;
  /** Names of channels, or beginnings of names with `*` behind. */
  readonly channels: readonly string[];
  readonly admin: boolean;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly expiresAt?: number;
}

/** The users of a file, by token. */
export interface TokenUsers {
  find(token: string): TokenUser | undefined;
}

/**
 * Reads `{ "tokens": { "<token>": { "id": "ann", "channels": ["ann:*"], "admin": false, "expiresAt": ms? } } }`.
 *
 * @throws Misuse that names the file and what is wrong with it, and never a token
 */
export async function readUsers(file: string): Promise<TokenUsers> {
  const { tokens } = toObject(parse(file, await read(file)));
  const entries = Object.entries(toObject(tokens)).map(([token, user], index) => {
    const checked = checkUser(user);
    if (checked) return [digest(token), checked] as const;
    throw new Misuse(
      `${file}: user ${index + 1} is not { "id": text, "channels": [text, …], "admin"?: boolean, "expiresAt"?: ms }.`,
    );
  });
  if (entries.length === 0) throw new Misuse(`${file} has no "tokens"; nobody could come in.`);
  const users = new Map(entries);
  // By the digest, so that the time of a look-up says nothing of the tokens.
  return { find: (token) => users.get(digest(token)) };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Misuse(`The users cannot be read: ${toMessage(error)}.`);
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What JSON.parse says may quote a token.
    throw new Misuse(`${file} is not valid JSON.`);
  }
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function checkUser(value: unknown): TokenUser | undefined {
  const { id, channels, admin = false, expiresAt } = toObject(value);
  if (typeof id !== "string" || id === "" || typeof admin !== "boolean") return undefined;
  if (!Array.isArray(channels) || !channels.every(isPattern)) return undefined;
  if (expiresAt === undefined) return { id, channels, admin };
  return typeof expiresAt === "number" ? { id, channels, admin, expiresAt } : undefined;
}

function isPattern(value: unknown): value is string {
  return typeof value === "string" && /^[^*]+\*?$|^\*$/.test(value);
}

function digest(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}
