import { join } from "node:path";
import { expect, test } from "vitest";
import { MAX_QUESTION_LENGTH, readQuestion } from "../../src/server/read-question.ts";
import { createFolder } from "../support/folders.ts";

test("takes a question and the default folder", async () => {
  const folder = createFolder();
  expect(await readQuestion({ question: "  why? " }, folder)).toEqual({ question: "why?", folder });
  expect(await readQuestion({ question: "why?", folder: "" }, folder)).toMatchObject({ folder });
});

test("takes a folder relative to the default one", async () => {
  const folder = createFolder({ "a/b.txt": "" });
  const read = await readQuestion({ question: "?", folder: "a" }, folder);
  expect(read.folder).toBe(join(folder, "a"));
});

test.each([
  ["an empty question", { question: " \n" }, "The question is empty"],
  ["no question", {}, "A question is { question: text"],
  ["no object", null, "A question is { question: text"],
  ["a folder that is no text", { question: "?", folder: 1 }, "A question is { question: text"],
  ["a missing folder", { question: "?", folder: "gone" }, /The folder .*gone does not exist/],
  ["a file", { question: "?", folder: "file.txt" }, /file\.txt is not a folder/],
  ["what lies below a file", { question: "?", folder: "file.txt/a" }, "looked at (ENOTDIR)"],
  ["a NUL", { question: "?", folder: "a\0b" }, "NUL"],
  ["a name without end", { question: "?", folder: "x".repeat(5000) }, "cannot be looked at"],
])("says what is wrong with %s", async (_name, body, sentence) => {
  const folder = createFolder({ "file.txt": "" });
  await expect(readQuestion(body, folder)).rejects.toThrow(sentence);
});

test("says how long a question may be", async () => {
  const question = "x".repeat(MAX_QUESTION_LENGTH + 1);
  await expect(readQuestion({ question }, createFolder())).rejects.toThrow(
    "The question has 4,001 characters; at most 4,000 are taken.",
  );
});
