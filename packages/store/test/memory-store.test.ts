import { expect, it } from "vitest";
import { createMemoryStore } from "../src/index.js";

const started = (runId: string) => {
  const event = { type: "agent_started", runId, time: 1, agent: { name: "a" } } as const;
  return { event, json: JSON.stringify(event) };
};

it("gives every store epochs of its own, so that two lives of a channel are never mixed", async () => {
  const [one, other] = [createMemoryStore(), createMemoryStore()];
  expect((await one.head("c")).epoch).not.toBe((await other.head("c")).epoch);
});

it("keeps the epoch that a channel had before its first event", async () => {
  const store = createMemoryStore();
  const { epoch } = await store.head("c");
  const actor = { type: "server" } as const;
  const request = { channel: "c", writer: "w", id: "1", actor, events: [started("r")] };
  expect(await store.append(request)).toEqual({ status: "appended", epoch, offset: 1 });
  expect(await store.append(request)).toEqual({ status: "duplicate", epoch, offset: 1 });
  expect(await store.head("c")).toEqual({ epoch, offset: 1, floor: 1 });
});

it("refuses an option that there is not", () => {
  const mistyped = { clok: Date.now } as object; // as JavaScript may call it
  expect(() => createMemoryStore(mistyped)).toThrow(
    "clok is no option of createMemoryStore; it takes clock, random",
  );
});
