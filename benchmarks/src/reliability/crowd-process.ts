/** A process: many of our own clients, which come and go, lose their sockets, send commands and read old runs. */
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { createRunwireClient, type RunwireClient } from "@runwire/client";
import { emptyChannelState, type RunState, reduceChannel } from "@runwire/protocol";
import { WebSocket } from "ws";
import { readArguments, serveParent } from "../../../chaos/src/crowd/desk.ts";

export interface CrowdArguments {
  readonly port: number;
  readonly clients: number;
  readonly channels: readonly string[];
}

/** What the clients saw. */
export interface CrowdReport {
  readonly connected: number;
  /** Clients that left and were replaced, and sockets that were cut. */
  readonly replaced: number;
  readonly cut: number;
  readonly commanded: number;
  readonly listed: number;
  /** What clients told of: a malformed message, a hole. Nothing is expected. */
  readonly reports: Readonly<Record<string, number>>;
}

interface Member {
  readonly client: RunwireClient;
  readonly channel: string;
  /** The latest socket. */
  socket: WebSocket | undefined;
}

const { port, clients, channels } = readArguments<CrowdArguments>();
const members: Member[] = [];
const reports: Record<string, number> = {};
const counts = { replaced: 0, cut: 0, commanded: 0, listed: 0 };
let joined = 0;
let timers: NodeJS.Timeout[] = [];

function join(): Member {
  const number = joined++;
  const channel = channels[number % channels.length] ?? "";
  class OwnSocket extends WebSocket {
    constructor(url: string, protocols: string[]) {
      // Many addresses: a crowd of people does not share one.
      super(url, protocols, { localAddress: `127.0.1.${1 + (number % 250)}` });
      member.socket = this;
    }
  }
  const client = createRunwireClient({
    ...{ url: `ws://127.0.0.1:${port}/runwire`, token: `u${number}`, WebSocket: OwnSocket },
    onReport: ({ code }) => count(reports, code),
  });
  const member: Member = { client, channel, socket: undefined };
  client.channel(channel, { runs: 3 }).subscribe(() => {});
  return member;
}

/** Nobody fails for what the others do: what goes wrong is counted under its code. */
async function attempt(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    count(reports, `${(error as { readonly code?: unknown }).code ?? error}`);
  });
}

/** Somebody leaves and another one comes, or a socket breaks and its client comes back: half and half. */
function churn(): void {
  const index = Math.floor(Math.random() * members.length);
  const member = members[index];
  if (!member) return;
  if (Math.random() < 0.5) {
    counts.cut += 1;
    member.socket?.terminate();
    return;
  }
  counts.replaced += 1;
  void member.client.close();
  members[index] = join();
}

/** A list and a command, each from somebody. */
function useOne(): void {
  const present = members.filter(({ client }) => client.status === "connected");
  const reader = present[Math.floor(Math.random() * present.length)];
  if (!reader) return;
  counts.listed += 1;
  void attempt(reader.client.channel(reader.channel, { runs: 3 }).runs({ limit: 2 }));
  for (const { client, channel } of present) {
    const going = runsOf({ client, channel }).find(({ status }) => status === "running");
    if (!going) continue;
    counts.commanded += 1;
    const data = { text: "seen" };
    void attempt(client.channel(channel, { runs: 3 }).command(going.runId, "note", data));
    return;
  }
}

function runsOf({ client, channel }: Omit<Member, "socket">): readonly RunState[] {
  return Object.values(client.channel(channel, { runs: 3 }).snapshot().state.runs);
}

/** Whether each run that a client shows is what the log folds to. */
async function isExact(member: Member): Promise<boolean> {
  for (const run of runsOf(member).slice(-3)) {
    const logged = await readRun(member, run.runId);
    if (!isDeepStrictEqual(logged, run)) return false;
  }
  return true;
}

async function readRun({ client, channel }: Member, runId: string): Promise<RunState | undefined> {
  let state = emptyChannelState;
  for (let after = 0; ; ) {
    const page = await client.fetch({ channel, after, runId });
    state = reduceChannel(state, page.events);
    if (page.offset >= page.head || page.offset === after) return state.runs[runId];
    after = page.offset;
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

const desk = {
  ready: () => true,
  async join(): Promise<void> {
    while (members.length < clients) {
      members.push(join());
      await sleep(4);
    }
  },
  /** So many a second leave or lose their socket. */
  start(perSecond: number): void {
    timers = [setInterval(churn, 1000 / perSecond), setInterval(useOne, 1000)];
  },
  stop(): void {
    for (const timer of timers) clearInterval(timer);
  },
  report: (): CrowdReport => ({
    ...counts,
    connected: members.filter(({ client }) => client.status === "connected").length,
    reports,
  }),
  /** Of so many clients, how many show what the log holds. */
  async check(sample: number): Promise<number> {
    let exact = 0;
    for (const member of members.slice(0, sample)) exact += Number(await isExact(member));
    return exact;
  },
  async leave(): Promise<void> {
    await Promise.all(members.map(({ client }) => client.close()));
  },
};
export type CrowdDesk = typeof desk;
serveParent(desk);
