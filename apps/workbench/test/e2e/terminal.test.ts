import { spawn } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { createFolder } from "../support/folders.ts";
import { mainProgram } from "../support/start-workbench.ts";

interface Ended {
  readonly exitCode: number | null;
  readonly complaint: string;
}

/** Starts the workbench with something wrong, and waits for it to say so. */
function startWrongly(...args: readonly string[]): Promise<Ended> {
  const parent = spawn(process.execPath, [mainProgram(), ...args]);
  onTestFinished(() => void parent.kill());
  let complaint = "";
  parent.stderr.on("data", (text) => {
    complaint += text;
  });
  return new Promise((resolve) =>
    parent.once("close", (exitCode) => resolve({ exitCode, complaint })),
  );
}

function expectOneSentence({ exitCode, complaint }: Ended, sentence: RegExp): void {
  expect(complaint).toMatch(sentence);
  expect(complaint.trim().split("\n")).toHaveLength(1);
  expect(exitCode).toBe(2);
}

test("says that the port is in use", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo; // it listens on a host and a port
  const ended = await startWrongly("--port", String(port), "--data", createFolder());
  expectOneSentence(
    ended,
    new RegExp(`^Port ${port} is in use\\. Choose another: npx -y pnpm@12 start --port \\d+\\n`),
  );
}, 15_000);

test("says which flag it does not know", async () => {
  expectOneSentence(await startWrongly("--prot", "1"), /--prot.*usage: npx -y pnpm@12 start/);
  expectOneSentence(await startWrongly("--port", "x"), /^The port must be a number/);
}, 15_000);

test("says that the file of runs is no database", async () => {
  const data = createFolder({ "runs.db": "this is a letter, not a database".repeat(200) });
  expectOneSentence(await startWrongly("--port", "0", "--data", data), /runs\.db/);
}, 15_000);

test("says that the file of runs is another application's", async () => {
  const data = createFolder();
  const database = new DatabaseSync(join(data, "runs.db"));
  database.exec("CREATE TABLE recipes (name TEXT)");
  database.close();
  expectOneSentence(await startWrongly("--port", "0", "--data", data), /another application's/);
}, 15_000);

test("says that the file of runs is locked", async () => {
  const data = createFolder();
  const database = new DatabaseSync(join(data, "runs.db"));
  database.exec("BEGIN EXCLUSIVE");
  onTestFinished(() => database.close());
  expectOneSentence(await startWrongly("--port", "0", "--data", data), /runs\.db.*lock/);
}, 15_000);

test("says that the folder of runs cannot be made", async () => {
  const file = join(createFolder({ taken: "" }), "taken");
  const ended = await startWrongly("--port", "0", "--data", join(file, "runs"));
  expectOneSentence(ended, /^The runs cannot be kept in .*taken/);
}, 15_000);

test("says that the file of runs cannot be written", async () => {
  const data = createFolder();
  // A folder in the place of the file cannot be written even by root, who may write every file.
  const file = join(data, "runs.db");
  writeFileSync(file, "");
  chmodSync(file, 0o400);
  const readOnly = process.getuid?.() === 0 ? createFolder({ "runs.db/inside": "" }) : data;
  expectOneSentence(await startWrongly("--port", "0", "--data", readOnly), /runs\.db/);
}, 15_000);
