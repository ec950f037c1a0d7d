import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type SuperviseOptions, supervise } from "../../src/parent/supervise.ts";
import { createFolder } from "../support/folders.ts";

/** Supervises a child of that program; what it sends is collected. */
function watch(program: string, options: Partial<SuperviseOptions> = {}) {
  const messages: unknown[] = [];
  const file = join(createFolder({ "child.mjs": program }), "child.mjs");
  const onMessage = (message: unknown) => void messages.push(message);
  const env = () => ({ PATH: process.env.PATH });
  const child = supervise({ file, env, onMessage, onMisuse: () => {}, ...options });
  onTestFinished(() => child.stop());
  return { child, messages };
}

const TELL_AND_STAY = "process.send(process.pid); setInterval(() => {}, 1000);";

test("starts a child again that was killed", async () => {
  const { messages } = watch(TELL_AND_STAY);
  await expect.poll(() => messages.length).toBe(1);
  process.kill(Number(messages[0]), "SIGKILL");
  await expect.poll(() => messages.length, { timeout: 5_000 }).toBe(2);
  expect(messages[1]).not.toBe(messages[0]);
});

test("does not start a child again that says it would not help", async () => {
  let misuses = 0;
  const onMisuse = () => void misuses++;
  const { messages } = watch("process.send(1, () => process.exit(2));", { onMisuse });
  await expect.poll(() => misuses).toBe(1);
  expect(messages).toEqual([1]);
});

test("ends the child on stop, and starts no other", async () => {
  const { child, messages } = watch(TELL_AND_STAY);
  await expect.poll(() => messages.length).toBe(1);
  await child.stop();
  expect(() => process.kill(Number(messages[0]), 0)).toThrow("ESRCH");
  await child.stop();
});

test("makes a new environment for each start", async () => {
  let starts = 0;
  const env = () => ({ START: String(++starts) });
  const { messages } = watch("process.send(process.env.START, () => process.exit(1));", { env });
  await expect.poll(() => messages.slice(0, 2), { timeout: 5_000 }).toEqual(["1", "2"]);
});
