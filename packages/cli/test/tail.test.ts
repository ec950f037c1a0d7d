import { startRun } from "@runwire/agent";
import { createRunwireClient } from "@runwire/client";
import { expect, onTestFinished, test } from "vitest";
import { startCli, startServe, temporaryFile } from "./support/run-cli.ts";

async function startWithRun() {
  const server = await startServe("--access", "open");
  const client = createRunwireClient({ url: server.url });
  onTestFinished(() => client.close());
  const run = await startRun(client, { channel: "c", runId: "r", agent: { name: "tester" } });
  return { ...server, client, run };
}

test("prints every event of a channel as JSON, as the log keeps it, then live", async () => {
  const { url, run, client } = await startWithRun();
  const tail = startCli(["tail", url, "c", "--json"]);
  expect(JSON.parse(await tail.nextLine())).toMatchObject({ offset: 1, type: "agent_started" });
  await run.tool("now", {}, () => new Date(0));
  await run.complete();
  const lines = [await tail.nextLine(), await tail.nextLine(), await tail.nextLine()];
  const { events } = await client.fetch({ channel: "c", after: 1 });
  expect(lines.map((line) => JSON.parse(line))).toEqual(events);
  expect(lines[1]).toContain('{"$date":"1970-01-01T00:00:00.000Z"}');
});

test("prints a line for each event, and a report when a run has ended", async () => {
  const { url, run } = await startWithRun();
  await run.say("a\u001b[31m red\nline");
  await run.complete();
  const tail = startCli(["tail", url, "c"]);
  expect(await tail.nextLine()).toMatch(/^ {5}1 {2}[\d:.]+ {2}r {2}agent_started tester$/);
  expect(await tail.nextLine()).toMatch(/agent_thinking output "a\\u001b\[31m red\\nline"$/);
  expect(await tail.nextLine()).toMatch(/agent_completed success$/);
  expect(await tail.nextLine()).toBe("run check: ok");
});

test("begins where it is told", async () => {
  const { url, run, client } = await startWithRun();
  await run.say("before");
  const { epoch, head } = await client.fetch({ channel: "c", after: 0 });
  const tail = startCli(["tail", url, "c", "--json", "--from", `${epoch}:${head}`]);
  await run.say("after");
  expect(JSON.parse(await tail.nextLine())).toMatchObject({ delta: "after" });
});

test("ends with 0 on SIGINT", async () => {
  const { url } = await startWithRun();
  const tail = startCli(["tail", url, "c"]);
  await tail.nextLine();
  tail.child.kill("SIGINT");
  expect(await tail.ended).toMatchObject({ code: 0, stderr: "" });
});

test("says in one line why a channel cannot be read, and never the token", async () => {
  const users = { tokens: { "token-of-ann": { id: "ann", channels: ["ann:*"] } } };
  const file = await temporaryFile("users.json", JSON.stringify(users));
  const { url } = await startServe("--users", file);
  const { code, stderr } = await startCli(["tail", url, "bob:1", "--token", "token-of-ann"]).ended;
  expect(stderr).toBe("runwire: you may not do this in this channel\n");
  expect(code).toBe(1);
});

test.each([
  ["no token", [], "wants to know who you are; give --token, or set RUNWIRE_TOKEN"],
  ["a wrong token", ["--token", "of-nobody"], "does not take this token; give another"],
])("says in one line what to do with %s, and never the token", async (_what, flags, sentence) => {
  const users = { tokens: { "token-of-ann": { id: "ann", channels: ["ann:*"] } } };
  const file = await temporaryFile("users.json", JSON.stringify(users));
  const { url } = await startServe("--users", file);
  const { code, stderr } = await startCli(["tail", url, "ann:1", ...flags]).ended;
  expect(stderr).toMatch(new RegExp(`^runwire: The server ${sentence}[^\n]*\n$`));
  expect(stderr).not.toContain("of-nobody");
  expect(code).toBe(2);
});

test("names the variable of the token in its help, and not what it holds", async () => {
  const { stdout } = await startCli(["tail", "--help"], { RUNWIRE_TOKEN: "token-of-ann" }).ended;
  expect(stdout).toContain("RUNWIRE_TOKEN");
  expect(stdout).not.toContain("token-of-ann");
});

test("goes on after the server was away", async () => {
  const file = await temporaryFile("placeholder", "");
  const store = ["--access", "open", "--store", `sqlite:${file}.db`];
  const first = await startServe(...store);
  const client = createRunwireClient({ url: first.url });
  onTestFinished(() => client.close());
  const run = await startRun(client, { channel: "c", agent: { name: "tester" } });
  const tail = startCli(["tail", first.url, "c", "--json"]);
  await tail.nextLine();
  first.child.kill("SIGKILL");
  await first.ended;
  const written = run.say("while away");
  await startServe(...store, "--port", `${first.port}`);
  await written;
  expect(JSON.parse(await tail.nextLine())).toMatchObject({ offset: 2, delta: "while away" });
}, 30_000);
