import { FakeClock, settle } from "@runwire/testing";
import type { ChannelSnapshot, ClientReport, RunwireClientOptions } from "../../src/index.js";
import { createRunwireClient, type PageSignal } from "../../src/index.js";
import { createLinkedSockets, type LinkedSocket } from "./linked-socket.js";

/** A client on linked sockets, a clock of its own and a page that the test plays. */
export function setUp(options: Partial<RunwireClientOptions> = {}) {
  const clock = new FakeClock();
  const { WebSocket, sockets, latest } = createLinkedSockets();
  const reports: ClientReport[] = [];
  let signal: (signal: PageSignal) => void = () => {};
  const client = createRunwireClient({
    url: "ws://server.test/runwire",
    WebSocket,
    clock,
    random: () => 0.5,
    onReport: (report) => reports.push(report),
    page: (listener) => {
      signal = listener;
      return () => {
        signal = () => {};
      };
    },
    ...options,
  });

  /** Opens and welcomes the next socket. */
  async function connect(fields?: object): Promise<LinkedSocket> {
    await settle();
    const socket = latest();
    await socket.welcome(fields);
    return socket;
  }

  return {
    client,
    clock,
    sockets,
    latest,
    reports,
    connect,
    page: async (name: PageSignal) => {
      signal(name);
      await settle();
    },
  };
}

/** Answers the latest `subscribe`. */
export async function subscribed(
  socket: LinkedSocket,
  fields: { readonly offset: number; readonly from?: number } & Record<string, unknown>,
): Promise<void> {
  const { id, channel } = socket.last("subscribe");
  await socket.say({ type: "subscribed", id, channel, epoch: "e", from: 0, ...fields });
}

/** Sends a range of `chat:1`. */
export function range(after: number, offset: number, events: readonly object[]): object {
  return { type: "events", channel: "chat:1", after, offset, events };
}

export function started(offset: number, runId = "r1", fields: object = {}): object {
  return {
    type: "agent_started",
    runId,
    time: offset,
    offset,
    agent: { name: "tester" },
    ...fields,
  };
}

export function said(offset: number, delta: string, runId = "r1"): object {
  return {
    type: "agent_thinking",
    runId,
    time: offset,
    offset,
    messageId: "m",
    kind: "output",
    delta,
  };
}

export function completed(offset: number, runId = "r1", fields: object = {}): object {
  return { type: "agent_completed", runId, time: offset, offset, outcome: "success", ...fields };
}

/** What a run has said, as the state shows it. */
export function textOf({ state }: ChannelSnapshot, runId = "r1"): string | undefined {
  const part = state.runs[runId]?.parts[0];
  return part?.type === "message" ? part.text : undefined;
}
