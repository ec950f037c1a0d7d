import { RunwireError } from "@runwire/protocol";
import { settle } from "@runwire/testing";
import { describe, expect, it, vi } from "vitest";
import { setUp } from "../support/set-up.js";

const run = { channel: "chat:1", runId: "r1", writer: "w" };
const command = {
  type: "command",
  commandId: "c1",
  channel: "chat:1",
  runId: "r1",
  name: "cancel",
  data: { $date: null },
  user: { id: "ann" },
};

async function attach(options: object = {}) {
  const parts = setUp();
  const handlers = {
    onCommand: vi.fn(async (): Promise<string | undefined> => undefined),
    onLost: vi.fn(),
  };
  const attached = parts.client.attachRun({ ...run, ...options }, handlers);
  attached.catch(() => {});
  const socket = await parts.connect();
  const renewed = (lost: readonly object[] = [], of = socket) =>
    of.say({ type: "renewed", id: of.last("renew").id, lost });
  return { ...parts, handlers, attached, socket, renewed };
}

const renewals = (socket: { readonly sent: readonly { readonly type: string }[] }) =>
  socket.sent.filter(({ type }) => type === "renew");

describe("a run's lease", () => {
  it("[RW-PUB-18] is renewed at every third of it, and no more once it is detached", async () => {
    const { attached, socket, renewed, clock } = await attach({ leaseMs: 30_000 });
    const before = renewals(socket).length;
    await renewed();
    await clock.advance(10_000);
    expect(renewals(socket)).toHaveLength(before + 1);
    expect(socket.last("renew")).toMatchObject({ writer: "w", channel: "chat:1", runIds: ["r1"] });
    expect(socket.last("renew").take).toBeUndefined();
    (await attached)();
    await clock.advance(20_000);
    expect(renewals(socket)).toHaveLength(before + 1);
  });

  it("[RW-PUB-19] tells once that the run is lost", async () => {
    const { socket, renewed, handlers, clock } = await attach();
    await renewed([{ runId: "r1", code: "run_taken" }]);
    expect(handlers.onLost.mock.calls).toEqual([["run_taken"]]);
    await clock.advance(25_000);
    expect(renewals(socket)).toHaveLength(1);
  });

  it("does not count as lost before its agent_started is there", async () => {
    const { renewed, handlers, clock } = await attach();
    await renewed([{ runId: "r1", code: "run_not_found" }]);
    expect(handlers.onLost).not.toHaveBeenCalled();
    await clock.advance(20_000);
    await renewed([{ runId: "r1", code: "run_not_found" }]);
    expect(handlers.onLost.mock.calls).toEqual([["run_not_found"]]);
  });

  it("stays when the store is away", async () => {
    const { socket, handlers, clock } = await attach();
    await socket.say({
      type: "error",
      id: socket.last("renew").id,
      code: "store_unavailable",
      message: "…",
    });
    expect(handlers.onLost).not.toHaveBeenCalled();
    await clock.advance(20_000);
    expect(renewals(socket)).toHaveLength(2);
  });
});

describe("taking a run over", () => {
  it("resolves when the run was taken", async () => {
    const { attached, socket, renewed } = await attach({ take: true });
    expect(socket.last("renew").take).toBe(true);
    await renewed();
    expect(await attached).toBeTypeOf("function");
  });

  it("rejects with the code when it was not, and calls nobody", async () => {
    const { attached, renewed, handlers, socket, clock } = await attach({ take: true });
    await renewed([{ runId: "r1", code: "run_completed" }]);
    await expect(attached).rejects.toMatchObject({ code: "run_completed" });
    expect(handlers.onLost).not.toHaveBeenCalled();
    await clock.advance(25_000);
    expect(renewals(socket)).toHaveLength(1);
  });

  it("rejects with what the server says of the whole request", async () => {
    const { attached, socket } = await attach({ take: true });
    await socket.say({
      type: "error",
      id: socket.last("renew").id,
      code: "forbidden",
      message: "no",
    });
    await expect(attached).rejects.toMatchObject({ code: "forbidden" });
  });

  it("[RW-PUB-20] asks without take after no answer, for only a new decision takes again", async () => {
    const { attached, socket, connect, clock, renewed } = await attach({ take: true });
    await socket.end();
    await clock.advance(5_000);
    const second = await connect();
    expect(second.last("renew").take).toBeUndefined();
    await renewed([{ runId: "r1", code: "run_taken" }], second);
    await expect(attached).rejects.toMatchObject({ code: "run_taken" });
  });

  it("keeps the take until there is a connection to send it on", async () => {
    const { client, clock, connect, latest } = setUp();
    void client.attachRun(
      { ...run, take: true },
      { onCommand: async () => undefined, onLost: () => {} },
    );
    await settle();
    await latest().end();
    await clock.advance(25_000);
    await latest().end();
    await clock.advance(4_000);
    expect((await connect()).last("renew").take).toBe(true);
  });

  it("leaves the run to whoever has it here already, until it was taken", async () => {
    const { attached, client, socket, renewed, handlers, clock } = await attach();
    await renewed();
    await attached;
    const again = { onCommand: vi.fn(async () => undefined), onLost: vi.fn() };
    const take = client.attachRun({ ...run, take: true }, again);
    await socket.say(command);
    await renewed([{ runId: "r1", code: "run_completed" }]);
    await expect(take).rejects.toMatchObject({ code: "run_completed" });
    expect(handlers.onCommand).toHaveBeenCalledOnce();
    await clock.advance(20_000);
    await renewed([{ runId: "r1", code: "run_completed" }]);
    expect(handlers.onLost.mock.calls).toEqual([["run_completed"]]);
    expect(again.onCommand).not.toHaveBeenCalled();
  });

  it("handles a command that comes with the answer, before the run is anybody's here", async () => {
    const { handlers, attached, socket, renewed } = await attach({ take: true });
    await socket.say(command);
    await renewed();
    await attached;
    expect(handlers.onCommand).toHaveBeenCalledOnce();
    expect(socket.last("handled")).toEqual({ type: "handled", commandId: "c1" });
  });

  it("ends the renewals of whoever had it here", async () => {
    const { attached, client, socket, renewed, handlers, clock } = await attach();
    await renewed();
    await attached;
    const again = { onCommand: vi.fn(async () => undefined), onLost: vi.fn() };
    const take = client.attachRun({ ...run, take: true }, again);
    await renewed();
    await take;
    const before = renewals(socket).length;
    await socket.say(command);
    await clock.advance(20_000);
    expect(renewals(socket)).toHaveLength(before + 1);
    expect(again.onCommand).toHaveBeenCalledOnce();
    expect(handlers.onCommand).not.toHaveBeenCalled();
  });

  it("rejects when the client is closed meanwhile", async () => {
    const { attached, client } = await attach({ take: true });
    void client.close();
    await expect(attached).rejects.toMatchObject({ code: "closed" });
  });
});

describe("a command", () => {
  it("reaches the handler as it came, and its answer's text goes back as it is", async () => {
    const { socket, handlers } = await attach();
    handlers.onCommand.mockResolvedValue('{"done":{"$bigint":"1"}}');
    await socket.say(command);
    expect(handlers.onCommand.mock.calls).toEqual([
      [{ commandId: "c1", name: "cancel", data: { $date: null }, user: { id: "ann" } }],
    ]);
    expect(socket.last("handled")).toEqual({
      type: "handled",
      commandId: "c1",
      result: { done: { $bigint: "1" } },
    });
  });

  it("[RW-CMD-11] is handled once however often it is handed over, and answered as before", async () => {
    const { socket, handlers, connect, clock } = await attach();
    let finish = (_: string) => {};
    handlers.onCommand.mockReturnValue(new Promise((resolve) => (finish = resolve)));
    await socket.say(command);
    await socket.end();
    await clock.advance(5_000);
    const second = await connect();
    await second.say(command);
    finish("7");
    await settle();
    await second.say(command);
    expect(handlers.onCommand).toHaveBeenCalledTimes(1);
    expect(second.sent.filter(({ type }) => type === "handled")).toEqual(
      Array(3).fill({ type: "handled", commandId: "c1", result: 7 }),
    );
  });

  it("is answered with the handler's own code, and with no more than that of a foreign error", async () => {
    const { socket, handlers } = await attach();
    handlers.onCommand.mockRejectedValueOnce(new RunwireError("already_resolved", "Ben was first"));
    await socket.say(command);
    expect(socket.last("handled").error).toEqual({
      code: "already_resolved",
      message: "Ben was first",
    });
    handlers.onCommand.mockRejectedValueOnce(new Error("at /home/ann/secret.ts"));
    await socket.say({ ...command, commandId: "c2" });
    expect(JSON.stringify(socket.last("handled"))).not.toContain("secret");
  });

  it("for a run that is not here has no handler", async () => {
    const { socket } = await attach();
    await socket.say({ ...command, runId: "r2" });
    expect(socket.last("handled").error).toMatchObject({ code: "no_handler" });
  });
});
