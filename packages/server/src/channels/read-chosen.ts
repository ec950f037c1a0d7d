import type { EventLog } from "../log/event-log.js";
import { buildEventsFrame } from "../log/events-frame.js";
import type { MergedPage, PageRequest } from "../log/page-reader.js";
import type { RunChoice } from "./choose-runs.js";
import { toBatches } from "./pending-events.js";

/** What a page of chosen runs is made with. */
export interface ChosenPageServices {
  readonly log: EventLog;
  readonly maxEventBytes: number;
  readonly pageEvents: number;
  readonly pageBytes: number;
}

type Page = Pick<MergedPage, "epoch" | "floor" | "frame">;
type Place = Omit<PageRequest, "epoch">;

/** Reads a page of the chosen runs. Nobody else has the same choice, so it is not kept. */
export function readChosen(
  services: ChosenPageServices,
  choice: RunChoice,
  place: Place,
): Promise<Page> {
  return place.after < choice.first - 1
    ? readEarlier(services, choice, place)
    : readRuns(services, choice, place);
}

async function readRuns(
  { log, pageEvents, pageBytes, maxEventBytes }: ChosenPageServices,
  choice: RunChoice,
  { channel, after, upTo }: Place,
): Promise<Page> {
  const page = await log.store.read({ channel, after, limit: pageEvents, maxBytes: pageBytes });
  const offset = Math.min(page.through, upTo);
  const events = page.events.filter((event) => event.offset <= offset);
  const entries = log.toEntries(channel, events).filter((entry) => choice.includes(entry));
  return { ...page, frame: buildEventsFrame({ channel, after, offset }, entries, maxEventBytes) };
}

/** The latest of the channel's own events from before the first run, a page at a time. */
async function readEarlier(
  { log, pageEvents, pageBytes, maxEventBytes }: ChosenPageServices,
  { earlier, first }: RunChoice,
  { channel, after }: Place,
): Promise<Page> {
  const head = await log.store.head(channel);
  const left = earlier.filter(({ offset }) => offset > after);
  const [page = [], ...more] = toBatches(left, { maxEvents: pageEvents, maxBytes: pageBytes });
  const offset = (more.length > 0 ? page.at(-1)?.offset : undefined) ?? first - 1;
  return { ...head, frame: buildEventsFrame({ channel, after, offset }, page, maxEventBytes) };
}
