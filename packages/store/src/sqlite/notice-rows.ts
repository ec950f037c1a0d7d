import type { DatabaseSync } from "node:sqlite";
import type { Notice, NoticePage, NoticesRequest, StoredNotice } from "../event-store.js";
import { hasNoticeGap } from "../rows/notice-gap.js";
import { retention } from "../rows/retention.js";
import { prepare } from "./statement.js";

interface Columns {
  readonly number: number;
  readonly sender: string;
  readonly about: string;
}

/**
 * What servers on one file tell each other. Old ones make room before each new one, so that a file without room for
 * events has it for this: some dozens stand in the one page that the table always has.
 */
export class NoticeRows {
  readonly #forgetOld;
  readonly #insert;
  readonly #range;
  readonly #read;

  constructor(database: DatabaseSync) {
    // From the front only: what is kept has no hole, whatever the clock was set to.
    this.#forgetOld = prepare(
      database,
      `DELETE FROM notices WHERE number <
       coalesce((SELECT min(number) FROM notices WHERE at > ?), ${Number.MAX_SAFE_INTEGER})`,
    );
    this.#insert = prepare(database, "INSERT INTO notices (at, sender, about) VALUES (?, ?, ?)");
    this.#range = prepare<{ readonly latest: number; readonly first: number | null }>(
      database,
      `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'notices'), 0) AS latest,
       (SELECT min(number) FROM notices) AS first`,
    );
    this.#read = prepare<Columns>(
      database,
      "SELECT number, sender, about FROM notices WHERE number > ? ORDER BY number LIMIT ?",
    );
  }

  put(from: string, notice: Notice, now: number): void {
    this.#forgetOld.run(now - retention.noticeMs);
    this.#insert.run(now, from, JSON.stringify(notice));
  }

  read({ after, limit }: NoticesRequest): NoticePage {
    const { latest = 0, first = null } = this.#range.get() ?? {};
    return {
      latest,
      hasGap: hasNoticeGap(after, latest, first ?? undefined),
      notices: this.#read.all(after, limit).map(toStoredNotice),
    };
  }
}

function toStoredNotice({ number, sender, about }: Columns): StoredNotice {
  // Known: `put` wrote it.
  return { number, from: sender, notice: JSON.parse(about) as Notice };
}
