import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Channel, type ChannelEvent, createRunwireClient } from "@runwire/client";
import { checkRun, isKnownEvent, type RunState } from "@runwire/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startProcess } from "./start-process.ts";
import { startSite } from "./start-site.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runwire-worker-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Processes start, and a lost connection is tried again after a second or two. */
const patience = { timeout: 30_000 };

test(
  "a run goes on in another process where kill -9 stopped it, and does no finished step again",
  patience,
  async () => {
    await using site = await startSite();
    await using server = startProcess("server.ts", join(folder, "kill.db"), "0");
    const url = await server.firstLine();
    const watcher = createRunwireClient({ url, token: "token-of-ann" });
    const channel = watcher.channel("pages");

    await using first = startProcess("worker.ts", url, ...site.pages);
    const before = await untilRun(channel, ({ parts }) => parts.length === 2);
    first.kill("SIGKILL");
    expect(await first.ended).toMatchObject({ code: "SIGKILL" });

    site.letGo();
    await using second = startProcess("worker.ts", url);
    const after = await untilRun(channel, ({ status }) => status !== "running");
    expect(await second.ended).toEqual({ code: 0, complaint: "" });
    expect(after).toMatchObject({ runId: before.runId, status: "success", output: 8 });
    expect(after.parts).toMatchObject([
      { input: site.pages[0], status: "success", output: 2 },
      { input: site.pages[1], status: "error", error: { message: "the worker died" } },
      { input: site.pages[1], status: "success", output: 2 },
      { input: site.pages[2], status: "success", output: 4 },
      { type: "message", text: "3 pages hold 8 words." },
    ]);
    expect(site.asked).toEqual(["/short", "/slow", "/slow", "/long"]);
    expect(checkRun(await readLog(channel))).toMatchObject({ isValid: true, runs: [{}] });
    await watcher.close();
  },
);

test("a worker rides out a restart of the server", patience, async () => {
  await using site = await startSite();
  const file = join(folder, "restart.db");
  await using server = startProcess("server.ts", file, "0");
  const url = await server.firstLine();
  const watcher = createRunwireClient({ url, token: "token-of-ann" });
  const channel = watcher.channel("pages");
  await using worker = startProcess("worker.ts", url, ...site.pages);
  await untilRun(channel, ({ parts }) => parts.length === 2);

  server.kill("SIGKILL");
  await server.ended;
  site.letGo(); // the worker's next steps meet no server
  await using next = startProcess("server.ts", file, new URL(url).port);
  expect(await next.firstLine()).toBe(url);

  const run = await untilRun(channel, ({ status }) => status !== "running");
  expect(run).toMatchObject({ status: "success", output: 8 });
  expect(await worker.ended).toEqual({ code: 0, complaint: "" });
  expect(site.asked).toEqual(["/short", "/slow", "/long"]);
  await watcher.close();
});

/** The channel's only run, as soon as `test` likes it. */
function untilRun(channel: Channel, test: (run: RunState) => boolean): Promise<RunState> {
  return new Promise((resolve) => {
    const stop = channel.subscribe(({ runs, order }) => {
      const run = runs[order[0] ?? ""];
      if (!run || !test(run)) return;
      queueMicrotask(() => stop()); // the first call may come before there is a `stop`
      resolve(run);
    });
  });
}

async function readLog(channel: Channel) {
  const events: ChannelEvent[] = [];
  for await (const event of channel.events()) {
    events.push(event);
    if (event.type === "agent_completed") break;
  }
  return events.filter(isKnownEvent);
}
