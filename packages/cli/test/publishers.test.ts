import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createMemoryStore } from "@runwire/store";
import { createTestServer, FakeClock, readChannel } from "@runwire/testing";
import { expect, onTestFinished, test, vi } from "vitest";

vi.setConfig({ testTimeout: 60_000 }); // a process starts, on a machine that may be busy

const leaseMs = 30_000;
const channel = "c";

/** Writes a word every now and then until it is told that its run is over, and says so. */
const script = `
  const { startRun } = await import("@runwire/agent");
  const { createRunwireClient } = await import("@runwire/client");
  const backoff = { firstMs: 20, maxMs: 200, attempts: 1_000 };
  const client = createRunwireClient({ url: process.argv[1], backoff });
  const run = await startRun(client, { channel: "c", runId: "r", agent: { name: "a" }, leaseMs: ${leaseMs} });
  const say = (what) => process.stdout.write(what + "\\n");
  run.signal.addEventListener("abort", () => say("aborted " + run.signal.reason.code));
  say("started");
  while (!run.signal.aborted) {
    await run.say("word ").catch((error) => say("refused " + error.code));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await run.complete().catch((error) => say("not completed " + error.code));
  say("over");
  await client.close();
`;

/** A server by whose clock leases lapse only when the test says so, and a real process that writes a run to it. */
async function startPublisher() {
  const clock = new FakeClock();
  const store = createMemoryStore({ clock: () => clock.now() });
  const runwire = await createTestServer({ clock, store });
  onTestFinished(async () => {
    const closing = runwire.close();
    let isClosed = false;
    void closing.finally(() => {
      isClosed = true;
    });
    while (!isClosed) await clock.advance(100);
  });
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const args = ["--input-type=module", "--eval", script, runwire.url];
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: string[] = [];
  createInterface(child.stdout).on("line", (line) => lines.push(line));
  await soon(() => lines).toEqual(["started"]);
  const isWritten = async () => {
    const before = await written();
    await soon(written).toBeGreaterThan(before);
  };
  const written = async () => (await store.head(channel)).offset;
  const status = async () => (await store.run(channel, "r"))?.status;
  return { clock, store, runwire, child, lines, isWritten, status };
}

function soon<Value>(read: () => Value | Promise<Value>) {
  return expect.poll(read, { timeout: 20_000, interval: 5 });
}

function gone(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once("close", resolve));
}

test("a run whose publisher is killed -9 ends as abandoned, with the reason, when its lease has lapsed", async () => {
  const { clock, runwire, child, isWritten, status } = await startPublisher();
  await isWritten();
  child.kill("SIGKILL");
  await gone(child);
  await soon(() => runwire.server.stats().connections).toBe(0);
  await clock.advance(leaseMs - 1_000);
  expect(await status()).toBe("running");
  await clock.advance(3_000);
  expect(await status()).toBe("abandoned");
  expect((await readChannel(runwire.server, channel)).at(-1)).toMatchObject({
    type: "agent_completed",
    outcome: "abandoned",
    error: { code: "lease_lapsed", message: "nobody wrote to or renewed this run for 30 s" },
  });
});

test("a publisher that only stands still for less than its lease goes on writing", async () => {
  const { clock, child, lines, isWritten, status } = await startPublisher();
  for (let time = 0; time < 3; time += 1) {
    await isWritten();
    child.kill("SIGSTOP");
    await clock.advance(leaseMs - 2_000);
    child.kill("SIGCONT");
    await isWritten();
  }
  expect(await status()).toBe("running");
  expect(lines).toEqual(["started"]);
});

test("a publisher that stands still for longer is refused with run_completed, and its signal aborts", async () => {
  const { clock, runwire, child, lines, isWritten, status } = await startPublisher();
  await isWritten();
  child.kill("SIGSTOP");
  // What it had sent before may come while the clock goes on, and is written as well.
  await soon(async () => {
    await clock.advance(1_000);
    return status();
  }).toBe("abandoned");
  const log = await readChannel(runwire.server, channel);
  child.kill("SIGCONT");
  await soon(() => lines).toContain("over");
  expect(lines).toEqual([
    "started",
    "aborted run_completed",
    expect.stringMatching(/^(refused|not completed) run_completed$/),
    ...lines.slice(3),
  ]);
  expect(lines.slice(2, -1).every((line) => line.endsWith("run_completed"))).toBe(true);
  expect(await readChannel(runwire.server, channel)).toEqual(log);
});
