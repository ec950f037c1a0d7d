import { describe, expect, it } from "vitest";
import type { CommandAnswer, NewCommand } from "../event-store.js";
import { channel } from "./event-samples.js";
import type { StoreTest } from "./test-storage.js";

const command: NewCommand = {
  channel,
  id: "c1",
  user: { id: "ann" },
  runId: "a",
  name: "message",
  data: '{"text":"hi"}',
};
const done: CommandAnswer = { type: "commanded", result: "42" };
const failed: CommandAnswer = {
  type: "error",
  code: "handler_failed",
  message: "no",
  reason: "own_code",
};

export function describeCommands({ open, clock }: StoreTest): void {
  describe("a command", () => {
    it("[RW-CMD-8] is recorded once for the channel, the user and the id", async () => {
      const store = await open();
      const row = await store.putCommand(command);
      expect(row).toEqual({ ...command, commandId: row.commandId, createdAt: clock.now });
      clock.now += 1_000;
      expect(await store.putCommand({ ...command, name: "cancel" })).toEqual(row);
      const { user, ...anonymous } = command;
      const others = [
        { ...command, channel: "chat:43" },
        { ...command, id: "c2" },
        { ...command, user: { id: "bob" } },
        { ...command, user: { id: "" } },
        anonymous,
      ];
      const ids = await Promise.all(
        others.map(async (other) => (await store.putCommand(other)).commandId),
      );
      expect(new Set([row.commandId, ...ids]).size).toBe(6);
    });

    it("waits until it is answered, oldest first", async () => {
      const store = await open();
      const first = await store.putCommand(command);
      const second = await store.putCommand({ ...command, id: "c2" });
      await store.putCommand({ ...command, id: "c3", runId: "b" });
      expect(await store.pendingCommands(channel, "a")).toEqual([first, second]);
      await store.answerCommand(channel, first.commandId, done);
      expect(await store.pendingCommands(channel, "a")).toEqual([second]);
    });

    it("keeps its first answer", async () => {
      const store = await open();
      const row = await store.putCommand(command);
      const answered = { ...row, answer: failed };
      expect(await store.answerCommand(channel, row.commandId, failed)).toEqual(answered);
      expect(await store.answerCommand(channel, row.commandId, done)).toEqual(answered);
      expect(await store.putCommand(command)).toEqual(answered);
      expect(await store.answerCommand(channel, "unknown", done)).toBeUndefined();
      expect(await store.answerCommand("chat:43", row.commandId, done)).toBeUndefined();
    });

    it("[RW-CMD-10] is the same for 5 minutes and more, and another one a day later", async () => {
      const store = await open();
      const row = await store.putCommand(command);
      await store.answerCommand(channel, row.commandId, done);
      clock.now += 5 * 60_000;
      expect((await store.putCommand(command)).commandId).toBe(row.commandId);
      // A clock that was set makes nothing older.
      clock.now += 60 * 60_000;
      expect((await store.putCommand(command)).commandId).toBe(row.commandId);
      clock.now += 24 * 60 * 60_000;
      expect((await store.putCommand(command)).commandId).not.toBe(row.commandId);
    });

    it("is called for by whoever waits for it, and found by whoever can hand it over", async () => {
      const store = await open();
      const { commandId } = await store.putCommand(command);
      const call = (forMs: number) => store.callCommand({ channel, commandId, forMs });
      expect(await store.calledCommands(10)).toEqual([]);
      expect(await store.noteCall(channel, commandId)).toBe(false);
      expect(await call(2_000)).toEqual({ isHandedOver: false });
      expect(await store.calledCommands(10)).toMatchObject([{ ...command, commandId }]);
      expect(await store.noteCall(channel, commandId)).toBe(true);
      expect(await call(2_000)).toEqual({ isHandedOver: true });
      expect(await store.calledCommands(10)).toHaveLength(1);
      await store.answerCommand(channel, commandId, done);
      expect(await call(0)).toEqual({ isHandedOver: true, answer: done });
      expect(await store.calledCommands(10)).toEqual([]);
      expect(await call(2_000)).toEqual({ isHandedOver: false, answer: done });
      expect(await store.calledCommands(10)).toEqual([]);
    });

    it("is told an answer that is not remembered as long as it is called for, and then begins anew", async () => {
      const store = await open();
      const { commandId } = await store.putCommand(command);
      const call = (forMs: number) => store.callCommand({ channel, commandId, forMs });
      await call(2_000);
      const refused: CommandAnswer = { type: "error", code: "no_handler", message: "none" };
      expect(await store.noteCall(channel, commandId, refused)).toBe(true);
      expect(await store.calledCommands(10)).toEqual([]);
      expect(await call(0)).toEqual({ isHandedOver: true, answer: refused });
      expect(await store.putCommand(command)).not.toHaveProperty("answer");
      expect(await call(2_000)).toEqual({ isHandedOver: false });
      expect(await store.calledCommands(10)).toHaveLength(1);
    });

    it("is called for no longer than was said", async () => {
      const store = await open();
      const ids: string[] = [];
      for (const id of ["c1", "c2", "c3"])
        ids.push((await store.putCommand({ ...command, id })).commandId);
      for (const [index, commandId] of ids.entries())
        await store.callCommand({ channel, commandId, forMs: 1_000 * (index + 1) });
      clock.now += 999;
      expect(await store.calledCommands(2)).toMatchObject([{ id: "c1" }, { id: "c2" }]);
      clock.now += 1_001;
      expect(await store.calledCommands(10)).toMatchObject([{ id: "c3" }]);
      expect(await store.noteCall(channel, ids[0] ?? "")).toBe(false);
      expect(await store.callCommand({ channel, commandId: "unknown", forMs: 1 })).toBeUndefined();
      await store.deleteChannel(channel);
      expect(await store.calledCommands(10)).toEqual([]);
    });
  });
}
