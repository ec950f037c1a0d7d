import {
  type Fetch,
  type List,
  type Listed,
  protocolLimits,
  type RunSummary,
} from "@runwire/protocol";
import type { RunRow, StoredPage } from "@runwire/store";
import { withOffset } from "../log/entry.js";
import type { EventLog } from "../log/event-log.js";
import { Refusal } from "../refusal.js";
import type { ChannelServices } from "./channel-requests.js";
import type { Dialogue } from "./dialogue.js";
import { fitRuns } from "./fit-runs.js";
import type { ReplayBudget } from "./replay-budget.js";

/** What reading needs of the server. */
export type ReadServices = Pick<ChannelServices, "log" | "replay" | "replayBudget">;

/**
 * `fetch` and `list` of one connection: one after another, each when the socket has taken the page before it.
 * So a peer that asks and does not read costs one page, however much it asks.
 */
export class ReadRequests {
  readonly #dialogue: Dialogue;
  readonly #log: EventLog;
  readonly #pageBytes: number;
  readonly #budget: ReplayBudget;

  constructor(dialogue: Dialogue, { log, replay, replayBudget }: ReadServices) {
    this.#dialogue = dialogue;
    this.#log = log;
    this.#pageBytes = replay.pageBytes;
    this.#budget = replayBudget;
  }

  fetch(message: Fetch): Promise<void> {
    return this.#enqueue(message, () =>
      this.#dialogue.whileAllowed(
        "subscribe",
        message.channel,
        () => readFetched(this.#log, message, this.#pageBytes),
        (text) => this.#send(text),
      ),
    );
  }

  list(message: List): Promise<void> {
    return this.#enqueue(message, () =>
      this.#dialogue.whileAllowed(
        "subscribe",
        message.channel,
        () => this.#readListed(message),
        (listed) => this.#send(JSON.stringify(listed)),
      ),
    );
  }

  async #readListed(message: List): Promise<Listed> {
    const { id, channel, before, limit = protocolLimits.defaultListLimit } = message;
    const request = { channel, limit, ...(before !== undefined && { before }) };
    const { epoch, runs, more } = await this.#log.watched(this.#log.store.listRuns(request));
    if (!runs) throw notFound(before ?? "");
    const fitting = fitRuns(runs.map(toSummary), this.#pageBytes);
    return {
      ...({ type: "listed", id, channel, epoch } as const),
      runs: fitting.runs,
      more: more || fitting.isShortened,
    };
  }

  #send(text: string): void {
    this.#budget.spend(this.#dialogue.reader, Buffer.byteLength(text));
    this.#dialogue.outbox.sendText(text);
  }

  #enqueue(message: Fetch | List, work: () => Promise<void>): Promise<void> {
    return this.#dialogue.outbox.inTurn(async () => {
      await this.#budget.turn(this.#dialogue.reader, () => this.#dialogue.isOpen);
      if (this.#dialogue.isOpen) await this.#dialogue.answer(message, work);
    });
  }
}

/** The `fetched` that answers a `fetch`, its events byte for byte as they are kept. */
async function readFetched(log: EventLog, message: Fetch, pageBytes: number): Promise<string> {
  const { id, channel, runId } = message;
  const page = await readPage(log, message, pageBytes);
  if (runId !== undefined && page.events.length === 0 && !(await log.store.run(channel, runId)))
    throw notFound(runId);
  const head = JSON.stringify({ type: "fetched", id, channel, ...toRange(page, message.after) });
  const entries = log.toEntries(channel, page.events);
  const events = entries.map(({ json, offset }) => withOffset(json, offset)).join(",");
  return `${head.slice(0, -1)},"events":[${events}]}`;
}

/** Reads a page of the log, unmerged. @throws RunwireError `store_unavailable` */
export function readPage(
  log: EventLog,
  request: Pick<Fetch, "channel" | "after" | "limit" | "runId">,
  maxBytes: number,
): Promise<StoredPage> {
  const { channel, after, limit = protocolLimits.maxFetchLimit, runId } = request;
  const ofRun = runId === undefined ? {} : { runId };
  return log.watched(log.store.read({ channel, after, limit, maxBytes, ...ofRun }));
}

/** What an answer says of its range. */
export function toRange(page: StoredPage, after: number) {
  return {
    epoch: page.epoch,
    after,
    offset: Math.max(after, page.through),
    head: page.offset,
    ...(after < page.floor - 1 && { trimmed: true as const }),
  };
}

function toSummary(row: RunRow): RunSummary {
  const { runId, parentRunId, agent, title, status, startedAt, completedAt, first, last } = row;
  return {
    runId,
    ...(parentRunId !== undefined && { parentRunId }),
    agent,
    ...(title !== undefined && { title }),
    status,
    startedAt,
    ...(completedAt !== undefined && { completedAt }),
    ...{ first, last },
    ...(row.moreDescendants && { moreDescendants: row.moreDescendants }),
  };
}

function notFound(runId: string): Refusal {
  return new Refusal("run_not_found", `there is no run ${runId} in this channel`);
}
