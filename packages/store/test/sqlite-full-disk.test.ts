import { dirname } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isRequired } from "../../../scripts/testing/chromium.ts";
import { type OtherProcess, startProcess } from "./other-process.js";
import { onSmallDisk, whyNoSmallDisk } from "./small-disk.js";
import { createTemporaryFile } from "./temporary-file.js";

let file: string;
let remove: () => void;
let writer: OtherProcess | undefined;
beforeEach(({ skip }) => {
  ({ file, remove } = createTemporaryFile());
  const reason = whyNoSmallDisk(dirname(file));
  if (reason === undefined) return;
  if (isRequired("unshare")) throw new Error(reason);
  skip(reason);
});
afterEach(async () => {
  await writer?.kill();
  remove();
});

const diskMebibytes = 64;

/** Fills the disk with runs, and does then what it is told: a line of JSON is the answer. */
const script = `
  const [file] = args;
  const { writeFileSync, rmSync } = await import("node:fs");
  const store = createSqliteStore({ file, durability: "normal" });
  let id = 0;
  const publish = (...events) => {
    const encoded = events.map((event) => ({ event, json: JSON.stringify(event) }));
    return store.append({ channel: "c", writer: "w", id: String(++id), actor: { type: "server" }, events: encoded });
  };
  const delta = { type: "agent_thinking", time: 1, messageId: "m", kind: "reasoning", delta: "x".repeat(20_000) };
  const writeRun = async (runId) => {
    await publish({ type: "agent_started", runId, time: 1, agent: { name: "a" } });
    for (let count = 0; count < 30; count++) await publish({ ...delta, runId });
    await publish({ type: "agent_completed", runId, time: 1, outcome: "success" });
  };
  const writeRuns = async () => {
    for (let number = 0; number < 1_000; number++) await writeRun("run " + id);
    return "never full";
  };
  // As retention does.
  const trimTo = async (share) => {
    await store.claimDuty({ duty: "retention", holder: "h", forMs: 1_000 });
    const { roots } = await store.keptRuns({ channel: "c", limit: 1_000 });
    const { first } = roots[Math.floor(roots.length * share)];
    return (await store.trim("c", first)) === first;
  };
  const fillTheRest = () => {
    for (let size = 1e9; size >= 1; size /= 10)
      try { writeFileSync(file + "-other" + size, Buffer.alloc(size)); } catch {}
  };
  const freeTheRest = () => {
    for (let size = 1e9; size >= 1; size /= 10) rmSync(file + "-other" + size, { force: true });
  };
  const readAll = async () => {
    const { floor, offset } = await store.head("c");
    let next = floor;
    while (next <= offset) {
      const { events } = await store.read({ channel: "c", after: next - 1, limit: 1_000 });
      for (const event of events) if (event.isLost || event.offset !== next++) return "event " + next + " is lost";
    }
    return "whole";
  };
  const orders = { writeRuns, writeRun: () => writeRun("run " + id), trimTo, fillTheRest, freeTheRest, readAll, close: () => store.close() };
  for await (const line of (await import("node:readline")).createInterface({ input: process.stdin })) {
    const [order, argument] = JSON.parse(line);
    const answer = await (async () => orders[order](argument))().catch((error) => error.code ?? String(error));
    console.log(JSON.stringify(answer ?? "done"));
    if (order === "close") process.exit();
  }
`;

async function ask(order: string, argument?: unknown): Promise<unknown> {
  writer?.tell(JSON.stringify([order, argument]));
  return JSON.parse((await writer?.nextLine()) ?? "");
}

async function fillDisk(): Promise<void> {
  writer = startProcess(script, [file], onSmallDisk(dirname(file), diskMebibytes));
  expect(await ask("writeRuns")).toBe("store_full");
}

it("is healed by trimming: appends had left the room that it takes", async () => {
  await fillDisk();
  expect(await ask("trimTo", 0.5)).toBe(true);
  expect(await ask("writeRun")).toBe("done");
  expect(await ask("readAll")).toBe("whole");
  expect(await ask("close")).toBe("done");
});

it("is trimmed and read though others have taken the last byte of it, and heals when they give it back", async () => {
  await fillDisk();
  await ask("fillTheRest");
  expect(await ask("trimTo", 0.3)).toBe(true);
  expect(await ask("trimTo", 0.3)).toBe(true);
  expect(await ask("writeRun")).toBe("store_full");
  expect(await ask("readAll")).toBe("whole");
  await ask("freeTheRest");
  // What is measured of the disk holds for a moment.
  await expect.poll(() => ask("writeRun")).toBe("done");
  expect(await ask("readAll")).toBe("whole");
});
