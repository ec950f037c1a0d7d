import { isRunwireError } from "@runwire/protocol";
import type { EventStore, StoredEvent } from "../../src/index.js";
import { custom, request, started } from "../../src/testing/event-samples.js";
import { type Log, runName, type Sample } from "./sample.js";

const limit = 50;
/** More pages than the log has. */
const maxPages = 30;

/**
 * Asks a store for everything, and writes to it. What it answers may be an error that says what is wrong, or that an
 * event is lost; what must not be is collected: a wrong event, a hole that is not told, an offset that is given again.
 */
export async function judge(store: EventStore, { logs }: Sample): Promise<readonly string[]> {
  const wrongs: string[] = [];
  const ask = <Answer>(name: string, question: () => Promise<Answer>) =>
    question().catch((error: unknown) => {
      if (!isTold(error)) wrongs.push(`${name}: ${String(error)}`);
      return undefined;
    });
  for (const [channel, log] of logs) {
    const note = (events: readonly StoredEvent[] | undefined) =>
      wrongs.push(...wrongEvents(events ?? [], log).map((wrong) => `${channel}: ${wrong}`));
    await readAll(store, channel, note, ask, wrongs);
    note(await ask("latestCustom", () => store.latestCustom(channel, 1_000)));
    const run = { channel, after: 0, limit, runId: runName(channel, 3) };
    note((await ask("read of a run", () => store.read(run)))?.events);
    await ask("listRuns", () => store.listRuns({ channel, limit }));
    await ask("openRoots", () => store.openRoots(channel));
    await ask("keptRuns", () => store.keptRuns({ channel, limit }));
    await ask("pendingCommands", () => store.pendingCommands(channel, runName(channel, 3)));
    for (const event of [custom("after"), started(`after in ${channel}`)]) {
      const answer = await ask("append", () => store.append(request([event], { channel })));
      if (answer?.status !== "appended" || answer.epoch !== log.epoch) continue;
      if (answer.offset <= log.texts.length)
        wrongs.push(`${channel}: offset ${answer.offset} is given again`);
    }
  }
  await ask("extendLeases", () => store.extendLeases());
  await ask("lapsedRuns", () => store.lapsedRuns(limit));
  await ask("trim", () => store.trim("chat:two", 30));
  await ask("deleteChannel", () => store.deleteChannel("chat:three"));
  await ask("listChannels", () => store.listChannels({ limit }));
  await ask("close", () => store.close());
  return wrongs;
}

type Ask = <Answer>(name: string, question: () => Promise<Answer>) => Promise<Answer | undefined>;

/** Page after page, as a server reads for who is behind. */
async function readAll(
  store: EventStore,
  channel: string,
  note: (events: readonly StoredEvent[]) => void,
  ask: Ask,
  wrongs: string[],
): Promise<void> {
  const head = await ask("head", () => store.head(channel));
  let after = 0;
  for (let pages = 0; head && after < head.offset; pages++) {
    const page = await ask("read", () => store.read({ channel, after, limit }));
    if (page === undefined) return;
    note(page.events);
    const whole = page.events.filter(({ offset }) => offset >= page.floor);
    const first = Math.max(after + 1, page.floor);
    const isGapless = whole.every(({ offset }, index) => offset === first + index);
    if (!isGapless || first + whole.length <= page.through)
      wrongs.push(`${channel}: a hole after ${after} that is not told`);
    if (page.through <= after || pages > maxPages)
      return void wrongs.push(`${channel}: reading from ${after} on comes to no end`);
    after = page.through;
  }
}

function wrongEvents(events: readonly StoredEvent[], { texts }: Log): readonly string[] {
  return events
    .filter(({ offset, json, isLost }) => !isLost && texts[offset - 1] !== json)
    .map(({ offset, json }) => `event ${offset} is another one: ${json.slice(0, 80)}`);
}

/** One sentence that names the file, and what to do. */
export function isTold(error: unknown): boolean {
  return isRunwireError(error) && error.code.startsWith("store_");
}
