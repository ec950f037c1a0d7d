import type { EventLog } from "../log/event-log.js";
import { ChannelHub } from "./channel-hub.js";
import type { HubServices } from "./hub-parts.js";

/** How often every followed channel is compared with the store: a hint that was lost costs this much, milliseconds. */
const reconcileMs = 5_000;
/** So many at once: 10,000 of them would hold up everybody else for a quarter of a second. */
const mostAtOnce = 400;
/** How soon after a hint the store is asked; hints that come together ask once, milliseconds. */
const hintDelayMs = 50;

/** The hubs of the channels that somebody follows. */
export class ChannelHubs {
  readonly #services: HubServices;
  readonly #hubs = new Map<string, ChannelHub>();
  /** Channels that were hinted at, and what undoes the question to the store. */
  readonly #hinted = new Map<string, () => void>();
  readonly #undo: (() => void)[];
  /** Those that were not compared in this round yet. */
  #round: Iterator<ChannelHub> = this.#hubs.values();
  #stopRound: () => void;

  constructor(log: EventLog, services: Omit<HubServices, "log">) {
    this.#services = { ...services, log };
    this.#undo = [
      log.onAppend((appended) => this.#hubs.get(appended.channel)?.onAppended(appended)),
      log.store.watch((channel) => this.hint(channel)),
    ];
    this.#stopRound = this.#reconcileLater();
  }

  get size(): number {
    return this.#hubs.size;
  }

  /** The hub of a channel, made when there is none. Give it back with {@link release}. */
  acquire(channel: string): ChannelHub {
    const known = this.#hubs.get(channel);
    if (known) return known;
    const hub = new ChannelHub(channel, this.#services);
    this.#hubs.set(channel, hub);
    return hub;
  }

  /** Lets go of a hub that nobody follows any more. */
  release(hub: ChannelHub): void {
    if (hub.size > 0 || this.#hubs.get(hub.channel) !== hub) return;
    hub.dispose();
    this.#hubs.delete(hub.channel);
    // Where the map has grown since, the iterator holds its former table, with all hubs, until it goes on.
    if (this.#hubs.size === 0) this.#round = this.#hubs.values();
  }

  /**
   * A channel may have grown, been trimmed or deleted. Of one that nobody follows its next hub finds out, before
   * anything is read: to forget its pages each time that it grew would make every reload of a long one a cold start.
   */
  hint(channel: string): void {
    if (this.#hubs.has(channel) && !this.#hinted.has(channel)) this.#reconcileSoon(channel);
  }

  #reconcileSoon(channel: string): void {
    const stop = this.#services.clock.after(hintDelayMs, () => {
      this.#hinted.delete(channel);
      void this.#hubs.get(channel)?.reconcile();
    });
    this.#hinted.set(channel, stop);
  }

  close(): void {
    this.#stopRound();
    for (const undo of [...this.#undo, ...this.#hinted.values()]) undo();
    for (const hub of this.#hubs.values()) hub.dispose();
    this.#hinted.clear();
    this.#hubs.clear();
  }

  #reconcileLater(): () => void {
    const parts = Math.max(1, Math.ceil(this.#hubs.size / mostAtOnce));
    return this.#services.clock.after(reconcileMs / parts, () => {
      for (let left = Math.ceil(this.#hubs.size / parts); left > 0; left -= 1)
        void this.#nextOfRound()?.reconcile();
      this.#stopRound = this.#reconcileLater();
    });
  }

  #nextOfRound(): ChannelHub | undefined {
    const next = this.#round.next();
    if (!next.done) return next.value;
    this.#round = this.#hubs.values();
    return this.#round.next().value;
  }
}
