import { createMemoryStore } from "@runwire/store";
import { FakeClock } from "@runwire/testing";
import { expect, onTestFinished, test } from "vitest";
import { createRunwireServer } from "../../src/index.ts";
import { closeServer } from "../conformance/support/server-under-test.ts";

const run = { channel: "c", runId: "r", writer: "w" } as const;
const started = { type: "agent_started", runId: "r", time: 1, agent: { name: "a" } };
const third = 20_000;

/** A server, and a run of this process that it has not heard of yet. */
async function attachRun(clock: FakeClock) {
  const store = createMemoryStore({ clock: () => clock.now() });
  const server = createRunwireServer({ store, clock, access: "open-to-everyone" });
  onTestFinished(() => closeServer(server, clock));
  const lost: string[] = [];
  const onLost = (code: string) => void lost.push(code);
  await server.attachRun(run, { onCommand: async () => undefined, onLost });
  const start = () =>
    server.publish({ channel: "c", writer: "w", id: "1", events: [JSON.stringify(started)] });
  return { store, lost, start };
}

test("a run whose channel is deleted is lost", async () => {
  const clock = new FakeClock();
  const { store, lost, start } = await attachRun(clock);
  await start();
  await clock.advance(third);
  await store.deleteChannel("c");
  expect(lost).toEqual([]);
  await clock.advance(third);
  expect(lost).toEqual(["run_not_found"]);
  expect(clock.pending().filter((ms) => ms === third)).toEqual([]);
});

test("a run whose first event is still on its way is not lost, however long that takes", async () => {
  const clock = new FakeClock();
  const { store, lost, start } = await attachRun(clock);
  await clock.advance(5 * third);
  expect(lost).toEqual([]);
  await start();
  await clock.advance(5 * third);
  expect(lost).toEqual([]);
  expect((await store.run("c", "r"))?.status).toBe("running");
});
