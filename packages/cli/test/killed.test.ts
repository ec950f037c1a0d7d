import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startRun } from "@runwire/agent";
import { createRunwireClient } from "@runwire/client";
import { expect, onTestFinished, test, vi } from "vitest";
import { startServe, temporaryFile } from "./support/run-cli.ts";

vi.setConfig({ testTimeout: process.env.RUNWIRE_RUNS ? 3_600_000 : 60_000 });

const backoff = { firstMs: 20, maxMs: 200, attempts: 1_000 };

function connect(url: string) {
  const client = createRunwireClient({ url, backoff });
  onTestFinished(() => client.close());
  return client;
}

test("a server that is killed five times while a run is written loses nothing and shows nothing twice", async () => {
  const store = `sqlite:${await temporaryFile("placeholder", "")}.db`;
  const args = ["--access", "open", "--store", store];
  let server = await startServe(...args);
  const channel = connect(server.url).channel("c");
  const offsets: number[] = [];
  channel.subscribe((_, events) => offsets.push(...events.map(({ offset }) => offset)));
  const run = await startRun(connect(server.url), { channel: "c", agent: { name: "tester" } });
  let said = "";
  const say = (text: string) => {
    said += text;
    return run.say(text);
  };
  for (let kill = 1; kill <= 5; kill += 1) {
    for (let word = 1; word <= 10; word += 1) await say(`${kill}.${word} `);
    const written = say(`${kill}: killed `); // on its way, or stored and not answered
    server.child.kill("SIGKILL");
    await server.ended;
    server = await startServe(...args, "--port", `${server.port}`);
    await written;
  }
  await run.complete();
  await expect
    .poll(() => channel.snapshot().state.runs[run.runId]?.status, { timeout: 20_000 })
    .toBe("success");
  const { parts = [] } = channel.snapshot().state.runs[run.runId] ?? {};
  expect(parts.map((part) => (part.type === "message" ? part.text : part.type)).join("")).toBe(
    said,
  );
  expect(offsets).toEqual([...new Set(offsets)].sort((one, other) => one - other));
}, 60_000);

test("a process that exits in the line after its run's end has told the whole run", async () => {
  const { url } = await startServe("--access", "open");
  const script = `
    const { startRun } = await import("@runwire/agent");
    const { createRunwireClient } = await import("@runwire/client");
    const client = createRunwireClient({ url: process.argv[1] });
    const run = await startRun(client, { channel: "c", runId: process.argv[2], agent: { name: "a" } });
    for (let word = 0; word < 100; word += 1) run.say(word + " ");
    await run.complete();
    process.exit(0);
  `;
  const channel = connect(url).channel("c");
  channel.subscribe(() => {});
  const text = Array.from({ length: 100 }, (_, word) => `${word} `).join("");
  // RUNWIRE_RUNS lets more of them end.
  for (let count = 1; count <= Number(process.env.RUNWIRE_RUNS ?? 5); count += 1) {
    const runId = `r${count}`;
    const args = ["--input-type=module", "--eval", script, url, runId];
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const child = spawn(process.execPath, args, { cwd, stdio: "inherit" });
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
    await expect
      .poll(() => channel.snapshot().state.runs[runId], { timeout: 5_000 })
      .toMatchObject({ status: "success", parts: [{ text }] });
  }
});
