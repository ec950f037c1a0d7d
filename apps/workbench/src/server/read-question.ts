import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { UserProblem } from "../shared/fail.ts";

/** The longest question, in code units. */
export const MAX_QUESTION_LENGTH = 4_000;

/** A question that was checked. */
export interface CheckedQuestion {
  readonly question: string;
  /** The folder's real path. */
  readonly folder: string;
}

/**
 * Checks what a person asked.
 *
 * @throws UserProblem with a sentence that names what is wrong with the question or the folder
 */
export async function readQuestion(body: unknown, defaultFolder: string): Promise<CheckedQuestion> {
  const { question, folder } = toFields(body);
  const trimmed = question.trim();
  if (trimmed === "")
    throw new UserProblem("The question is empty. Ask something about the folder.");
  if (trimmed.length > MAX_QUESTION_LENGTH)
    throw new UserProblem(
      `The question has ${trimmed.length.toLocaleString("en")} characters; at most ${MAX_QUESTION_LENGTH.toLocaleString("en")} are taken.`,
    );
  return { question: trimmed, folder: await toRealFolder(folder, defaultFolder) };
}

function toFields(body: unknown): { readonly question: string; readonly folder: string } {
  const { question, folder = "" } = (
    typeof body === "object" && body !== null ? body : {}
  ) as Record<string, unknown>;
  if (typeof question !== "string" || typeof folder !== "string")
    throw new UserProblem("A question is { question: text, folder?: text }.");
  return { question, folder };
}

async function toRealFolder(folder: string, defaultFolder: string): Promise<string> {
  if (folder.includes("\0")) throw new UserProblem("The folder's name holds a NUL character.");
  const expanded = folder.replace(/^~(?=\/|$)/, homedir());
  const path = resolve(defaultFolder, expanded);
  const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new UserProblem(
      error.code === "ENOENT"
        ? `The folder ${path} does not exist.`
        : `The folder ${path} cannot be looked at (${error.code}).`,
    );
  });
  if (!facts.isDirectory()) throw new UserProblem(`${path} is not a folder.`);
  await access(path, constants.R_OK | constants.X_OK).catch(() => {
    throw new UserProblem(`The folder ${path} cannot be read: permission denied.`);
  });
  return realpath(path);
}
