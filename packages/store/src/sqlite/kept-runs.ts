import type { DatabaseSync } from "node:sqlite";
import type { KeptRoot, KeptRuns, KeptRunsRequest } from "../event-store.js";
import type { ChannelRows } from "./channel-rows.js";
import { isPlaceOf } from "./event-place.js";
import { prepare } from "./statement.js";

interface Columns {
  readonly first: number;
  readonly isOpen: 0 | 1;
  readonly lastSignAt: number;
  readonly before: number;
}

/** The bytes before the first event that is kept at or after an offset. */
const totalBefore = (offset: string) =>
  `SELECT total - octet_length(json) FROM events
   WHERE ${isPlaceOf("?1", offset)} ORDER BY events.place LIMIT 1`;

/** What a channel keeps, and its oldest root runs. */
export class KeptRunRows {
  readonly #before;
  readonly #oldest;

  constructor(database: DatabaseSync) {
    this.#before = prepare<{ readonly before: number | null }>(
      database,
      `SELECT (${totalBefore("?2")}) AS before`,
    );
    // A lease was last set by the latest append or renewal: its length before its end somebody gave a sign.
    this.#oldest = prepare<Columns>(
      database,
      `SELECT root.first, max(family.status = 'running') AS isOpen,
              max(family.lease_until - family.lease_ms) AS lastSignAt, (${totalBefore("root.first")}) AS before
       FROM (SELECT run_id, first FROM runs WHERE channel = ?1 AND run_id = root_run_id
             ORDER BY first LIMIT ?2) AS root
       CROSS JOIN runs AS family ON family.channel = ?1 AND family.root_run_id = root.run_id
       GROUP BY root.run_id ORDER BY root.first`,
    );
  }

  read(channels: ChannelRows, { channel: name, limit }: KeptRunsRequest, now: number): KeptRuns {
    const channel = channels.find(name);
    if (channel === undefined) return { ...channels.head(name), bytes: 0, roots: [] };
    const { id, epoch, offset, floor, total } = channel;
    const roots = this.#oldest.all(id, limit).map((row) => toKeptRoot(row, total, now));
    const before = this.#before.get(id, floor)?.before ?? total;
    return { epoch, offset, floor, bytes: total - before, roots };
  }
}

function toKeptRoot(
  { first, isOpen, lastSignAt, before }: Columns,
  total: number,
  now: number,
): KeptRoot {
  return {
    first,
    isOpen: isOpen === 1,
    idleMs: Math.max(0, now - lastSignAt),
    bytes: total - before,
  };
}
