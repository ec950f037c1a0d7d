import type { Notice, NoticePage, NoticesRequest, StoredNotice } from "../event-store.js";
import { hasNoticeGap } from "../rows/notice-gap.js";
import { retention } from "../rows/retention.js";

/** What servers on one store tell each other, oldest first. */
export class MemoryNotices {
  #kept: (StoredNotice & { readonly at: number })[] = [];
  #latest = 0;

  put(from: string, notice: Notice, now: number): void {
    const firstFresh = this.#kept.findIndex(({ at }) => at > now - retention.noticeMs);
    this.#kept.splice(0, firstFresh === -1 ? this.#kept.length : firstFresh);
    this.#latest += 1;
    this.#kept.push({ number: this.#latest, from, notice: { ...notice }, at: now });
  }

  read({ after, limit }: NoticesRequest): NoticePage {
    const notices = this.#kept.filter(({ number }) => number > after).slice(0, limit);
    return {
      latest: this.#latest,
      hasGap: hasNoticeGap(after, this.#latest, this.#kept[0]?.number),
      notices: notices.map(({ number, from, notice }) => ({ number, from, notice })),
    };
  }
}
