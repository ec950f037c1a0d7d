import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRun } from "@runwire/agent";
import { type ChannelEvent, createRunwireClient } from "@runwire/client";
import { checkRun, isKnownEvent, type RunState, type ToolPart } from "@runwire/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { research } from "../src/agent.ts";
import { cancel, connect, copy, follow } from "../src/client.ts";
import { type Mail, startMail } from "../src/mail.ts";
import { resumeMail } from "../src/resume-mail.ts";
import { text, value } from "../src/serialize.ts";
import { startQuickstart } from "./support/start-quickstart.ts";
import { untilRun } from "./support/until.ts";

vi.setConfig({ testTimeout: 20_000 }); // real sockets, on a machine that may be busy

const mail: Mail = { to: "bob@example.org", text: "Hello" };
const ended = ({ status }: RunState) => status !== "running";
const awaitsApproval = ({ parts }: RunState) =>
  parts.some((part) => part.type === "tool" && part.status === "awaiting_approval");
const noMailMayLeave = () => Promise.reject(new Error("this mail must not be sent"));

let quickstart: Awaited<ReturnType<typeof startQuickstart>>;
let folder: string;
let watcher: ReturnType<typeof connect>;
beforeAll(async () => {
  quickstart = await startQuickstart();
  folder = await mkdtemp(join(tmpdir(), "runwire-quickstart-files-"));
  await writeFile(join(folder, "a.ts"), "// TODO: one\nlet a;\n// TODO: two\n");
  await writeFile(join(folder, "b.ts"), "// done\n");
});
afterAll(async () => {
  await quickstart.stop();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  watcher = connect(quickstart.url);
});
afterEach(() => watcher.client.close());

test("a run is followed live, and ends with what the agent returned", async () => {
  const seen = untilRun(watcher.channel, "researcher", ended);
  const hits = await research(quickstart.runwire, folder);
  expect(hits).toEqual([
    { file: "a.ts", line: 1 },
    { file: "a.ts", line: 3 },
  ]);
  const run = await seen;
  expect(run).toMatchObject({ status: "success", input: { folder }, output: hits });
  expect(run.parts).toMatchObject([
    { kind: "reasoning", text: "I should look for what is still to do." },
    { name: "grep", status: "success", output: hits, progress: { fraction: 1 } },
    { kind: "output", text: "2 TODOs are left." },
  ]);
});

test("an agent in another process writes the same run through a client", async () => {
  const worker = createRunwireClient({ url: quickstart.url, token: "token-of-ann" });
  const seen = untilRun(watcher.channel, "researcher", ended);
  await research(worker, folder);
  expect(await seen).toMatchObject({ status: "success", output: [{ line: 1 }, { line: 3 }] });
  await worker.close();
});

test("the copy of the log has every event in order, and its runs keep the rules", async () => {
  await research(quickstart.runwire, folder);
  const events: ChannelEvent[] = [];
  const enough = new AbortController();
  const archive = (event: ChannelEvent) => {
    events.push(event);
    if (event.type === "agent_completed") enough.abort();
  };
  await copy(watcher.channel, archive, enough.signal);
  expect(events.map(({ offset }) => offset)).toEqual(events.map((_event, index) => index + 1));
  expect(checkRun(events.filter(isKnownEvent))).toMatchObject({ isValid: true });
});

test("a listener hears of what is new until it stops", async () => {
  const ends: (string | undefined)[] = [];
  const stop = follow(watcher.channel, (_state, events) => {
    for (const event of events) if (event.type === "agent_completed") ends.push(event.runId);
  });
  const first = await researchToItsEnd();
  stop();
  const second = await researchToItsEnd();
  expect(ends).toContain(first);
  expect(ends).not.toContain(second);
});

/** Resolves to the run's id, once this client has heard of its end. */
async function researchToItsEnd(): Promise<string> {
  const before = (await watcher.channel.runs()).runs.map(({ runId }) => runId);
  const isNew = (run: RunState) => ended(run) && !before.includes(run.runId);
  const seen = untilRun(watcher.channel, "researcher", isNew);
  await research(quickstart.runwire, folder);
  return (await seen).runId;
}

test("a tool waits until a person approves", async () => {
  const sent: Mail[] = [];
  const done = startMail(quickstart.runwire, mail, async (one) => void sent.push(one));
  const run = await untilRun(watcher.channel, "secretary", awaitsApproval);
  expect(sent).toEqual([]);
  await approve(run);
  await done;
  expect(sent).toEqual([mail]);
});

function approve({ runId, parts }: RunState): Promise<unknown> {
  const waiting = parts.filter(({ type }) => type === "tool").at(-1) as ToolPart; // the tool that awaits
  return watcher.channel.command(runId, "approve", { toolCallId: waiting.toolCallId });
}

test("a run that a person cancels ends as cancelled, and its tool with it", async () => {
  const done = startMail(quickstart.runwire, mail, noMailMayLeave);
  done.catch(() => {}); // looked at below
  const { runId } = await untilRun(watcher.channel, "secretary", awaitsApproval);
  await cancel(watcher.channel, runId);
  await expect(done).rejects.toThrow();
  const run = await untilRun(watcher.channel, "secretary", ended);
  expect(run).toMatchObject({ runId, status: "cancelled", parts: [{ status: "cancelled" }] });
});

test("a run whose worker stopped in the middle of a tool is finished by another one", async () => {
  const options = { channel: "chat:42", agent: { name: "secretary" }, input: mail };
  const first = await startRun(quickstart.runwire, options);
  first.tool("send_mail", mail, () => new Promise<never>(() => {})).catch(() => {});
  const worker = createRunwireClient({ url: quickstart.url, token: "token-of-ann" });
  const sent: Mail[] = [];
  const send = async (one: Mail) => void sent.push(one);
  await expect(resumeMail(worker, first.runId, send)).rejects.toMatchObject({ code: "forbidden" });
  const done = resumeMail(quickstart.runwire, first.runId, send);
  await approve(await untilRun(watcher.channel, "secretary", awaitsApproval));
  await done;
  const run = await untilRun(watcher.channel, "secretary", ended);
  expect(run.parts).toMatchObject([
    { name: "send_mail", status: "error", error: { message: "the worker stopped" } },
    { name: "send_mail", status: "success" },
  ]);
  expect(sent).toEqual([mail]);
  await worker.close();
});

test("who is no member of the channel sees nothing of it", async () => {
  const stranger = createRunwireClient({ url: quickstart.url, token: "token-of-bob" });
  const channel = stranger.channel("chat:42");
  await expect(channel.runs()).rejects.toMatchObject({ code: "forbidden" });
  await stranger.close();
});

test("whose token nobody knows is not let in", async () => {
  const nobody = createRunwireClient({ url: quickstart.url, token: "guessed" });
  await expect(nobody.channel("chat:42").runs()).rejects.toMatchObject({ code: "closed" });
  expect(nobody.connection.status).toBe("closed");
});

test("what JSON cannot hold comes back as it was, and a secret does not come at all", () => {
  expect(text).toContain('"at":{"$date":"1970-01-01T00:00:00.000Z"}');
  expect(value).toEqual({
    at: new Date(0),
    big: 2n ** 64n,
    seen: new Map([["a", 1]]),
    apiKey: "[redacted]",
  });
});
