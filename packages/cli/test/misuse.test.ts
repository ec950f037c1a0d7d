import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { runCli, temporaryFile } from "./support/run-cli.ts";

/** One clear sentence on stderr, nothing on stdout, exit code 2. */
async function expectMisuse(args: readonly string[], sentence: RegExp): Promise<void> {
  const { code, stdout, stderr } = await runCli(...args);
  expect(stderr).toMatch(sentence);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(stdout).toBe("");
  expect(code).toBe(2);
}

test.for<[string[], RegExp]>([
  [["serve"], /Say who may use this server/],
  [["serve", "--access", "all"], /--access.*Allowed choices are open/],
  [["serve", "--access", "open", "--port", "70000"], /--port.*number from 0 to 65535/],
  [["serve", "--access", "open", "--port", "x"], /--port.*number from 0 to 65535/],
  [["serve", "--access", "open", "--drain-timeout", "soon"], /--drain-timeout.*milliseconds/],
  [["serve", "--access", "open", "--store", "redis:"], /--store takes memory: or sqlite:FILE/],
  [["serve", "--access", "open", "--path", "runwire"], /path is "runwire"; give one like/],
  [["serve", "--access", "open", "--origin", "app.example.com"], /--origin takes origins like/],
  [["serve", "--access", "open", "--users", "u.json"], /exclude each other/],
  [
    ["serve", "--access", "open", "--host", "192.0.2.1"],
    /Cannot listen on .*EADDRNOTAVAIL.*--host/,
  ],
  [["serve", "--users", "/does/not/exist.json"], /The users cannot be read/],
  [["serve", "--acces", "open"], /unknown option '--acces'/],
  [["renew-epochs"], /--store <store>' not specified/],
  [["renew-epochs", "--store", "memory:"], /--store takes sqlite:FILE here/],
  [["renew-epochs", "--store", "sqlite:/does/not/exist.db"], /There is no file \/does\/not/],
  [["sing"], /unknown command 'sing'/],
  [["tail"], /missing required argument 'url'/],
  [["tail", "127.0.0.1:4710", "c"], /is no address; give one like/],
  [["tail", "ws://127.0.0.1:1/runwire", "two words"], /is no channel name; use 1 to 200 of/],
  [["tail", "ws://127.0.0.1:1/runwire", "c", "--from", "7"], /--from takes start, now or/],
])("says what is wrong with `runwire %s`", ([args, sentence]) => expectMisuse(args, sentence));

test("says that a port is in use", async () => {
  const other = createServer();
  onTestFinished(() => void other.close());
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as { port: number };
  await expectMisuse(
    ["serve", "--access", "open", "--port", `${port}`],
    new RegExp(`Port ${port} of 127\\.0\\.0\\.1 is in use`),
  );
});

test("says that a store cannot be opened", async () => {
  const file = await temporaryFile(
    "notes.txt",
    "this is no database, however long it is. ".repeat(50),
  );
  await expectMisuse(["serve", "--access", "open", "--store", `sqlite:${file}`], /notes\.txt/);
  await expectMisuse(
    ["serve", "--access", "open", "--store", "sqlite:/does/not/exist/runs.db"],
    /\/does\/not\/exist\/runs\.db cannot be opened/,
  );
});

test.for<[string, string, RegExp]>([
  ["no JSON", '{ "tokens": { "secret-token": ', /is not valid JSON/],
  ["no tokens", "{}", /has no "tokens"/],
  ["a user without id", '{ "tokens": { "secret-token": { "channels": [] } } }', /user 1 is not/],
  [
    "a star in the middle",
    '{ "tokens": { "secret-token": { "id": "ann", "channels": ["a*b"] } } }',
    /user 1 is not/,
  ],
])("refuses a file of users with %s, and never shows a token", async ([, content, sentence]) => {
  const file = await temporaryFile("users.json", content);
  const { code, stderr } = await runCli("serve", "--users", file);
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toContain("secret-token");
  expect(code).toBe(2);
});
