import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRunwireClient, type RunwireClient } from "../src/index.js";
import { type ScriptedServer, startScriptedServer } from "./support/scripted-server.js";

let server: ScriptedServer;
let client: RunwireClient;

beforeEach(async () => {
  server = await startScriptedServer();
  client = createRunwireClient({ url: server.url, random: () => 0 });
});

afterEach(async () => {
  await client.close();
  await server.close();
});

const started = (offset: number, runId = "r1") => ({
  type: "agent_started",
  runId,
  time: offset,
  offset,
  agent: { name: "tester" },
});
const said = (offset: number, delta: string, runId = "r1") => ({
  type: "agent_thinking",
  runId,
  time: offset,
  offset,
  messageId: "m1",
  kind: "output",
  delta,
});

describe("a channel", () => {
  it("is folded from what the server sends, with one call for each frame", async () => {
    const calls: unknown[][] = [];
    client.channel("chat:1").subscribe((state, events) => calls.push([state, events]));
    const socket = await server.accept();
    const { id, ...rest } = await socket.take("subscribe");
    expect(rest).toEqual({ type: "subscribe", channel: "chat:1", from: "start" });
    socket.send({ type: "subscribed", id, channel: "chat:1", epoch: "e", offset: 2, from: 0 });
    socket.send({
      type: "events",
      channel: "chat:1",
      after: 0,
      offset: 2,
      events: [started(1), said(2, "Hi")],
    });
    await expect.poll(() => client.channel("chat:1").snapshot().isLoading).toBe(false);
    expect(client.channel("chat:1").snapshot().state.runs.r1?.parts).toEqual([
      { type: "message", messageId: "m1", kind: "output", text: "Hi" },
    ]);
    expect(calls).toHaveLength(2);
    expect(calls[1]?.[1]).toHaveLength(2);
  });

  it("goes on from its position after the connection was cut", async () => {
    client.channel("chat:1").subscribe(() => {});
    const first = await server.accept();
    const { id } = await first.take("subscribe");
    first.send({ type: "subscribed", id, channel: "chat:1", epoch: "e", offset: 2, from: 0 });
    first.send({
      type: "events",
      channel: "chat:1",
      after: 0,
      offset: 2,
      events: [started(1), said(2, "Hi")],
    });
    await expect.poll(() => client.channel("chat:1").snapshot().isLoading).toBe(false);
    first.terminate();
    const second = await server.accept();
    expect((await second.take("subscribe")).from).toEqual({ epoch: "e", offset: 2 });
  });
});
