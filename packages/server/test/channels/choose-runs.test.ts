import type { RunwireEvent } from "@runwire/protocol";
import { createMemoryStore, type EventStore } from "@runwire/store";
import { expect, test } from "vitest";
import { chooseRuns, type RunChoice } from "../../src/channels/choose-runs.ts";
import { toEntry } from "../../src/log/entry.ts";
import { EventLog } from "../../src/log/event-log.ts";
import { silentLogger } from "../../src/logger.ts";

const channel = "c";
let published = 0;

async function append(store: EventStore, event: RunwireEvent): Promise<void> {
  await store.append({
    ...{ channel, writer: "w", id: `${published++}`, actor: { type: "server" } },
    events: [{ event, json: JSON.stringify(event) }],
  });
}

const start = (store: EventStore, runId: string) =>
  append(store, { type: "agent_started", runId, time: 1, agent: { name: "a" } });
const end = (store: EventStore, runId: string) =>
  append(store, { type: "agent_completed", runId, time: 1, outcome: "success" });

/** The runs of the log that a choice holds. */
async function chosen(store: EventStore, choice: RunChoice | undefined): Promise<string[]> {
  const { events } = await store.read({ channel, after: 0, limit: 100 });
  const kept = events.map(toEntry).filter((entry) => choice?.includes(entry));
  return [...new Set(kept.map(({ event }) => event.runId ?? ""))];
}

test("holds a run that went on at the head and has ended since it was looked at", async () => {
  const store = createMemoryStore();
  for (const runId of ["open", "old", "latest"]) await start(store, runId);
  for (const runId of ["old", "latest"]) await end(store, runId);
  const open = await store.openRoots(channel);
  await end(store, "open");
  const head = await store.head(channel);
  const choice = await chooseRuns(new EventLog(store, silentLogger), {
    channel,
    runs: 1,
    open,
    head,
  });
  expect(await chosen(store, choice)).toEqual(["open", "latest"]);
  expect(choice?.leavesOut).toBe(true);
});

test("chooses nothing of a log that was deleted between the two questions", async () => {
  const store = createMemoryStore();
  for (const runId of ["old", "older"]) {
    await start(store, runId);
    await end(store, runId);
  }
  await start(store, "open in the old log");
  const open = await store.openRoots(channel);
  await store.deleteChannel(channel);
  await start(store, "new");
  const head = await store.head(channel);
  const choice = await chooseRuns(new EventLog(store, silentLogger), {
    channel,
    runs: 1,
    open,
    head,
  });
  expect(choice?.first).toBe(1);
  expect(await chosen(store, choice)).toEqual(["new"]);
});

test("does not count a run that started after the head, but holds it", async () => {
  const store = createMemoryStore();
  for (const runId of ["old", "latest"]) {
    await start(store, runId);
    await end(store, runId);
  }
  const open = await store.openRoots(channel);
  const head = await store.head(channel);
  await start(store, "later");
  await start(store, "last");
  const choice = await chooseRuns(new EventLog(store, silentLogger), {
    channel,
    runs: 1,
    open,
    head,
  });
  expect(await chosen(store, choice)).toEqual(["latest", "later", "last"]);
});
