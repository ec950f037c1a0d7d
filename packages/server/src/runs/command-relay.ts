import type { CommandAnswer, CommandCall, CommandRow, EventStore } from "@runwire/store";
import { repeat, type ServerClock } from "../clock.js";

/** How long somebody is known to wait for a command after it was last said, milliseconds. */
const callMs = 2_000;
/** How often it is said, and asked what has become of it, milliseconds. */
const renewMs = 500;
/** How often is looked for commands of runs whose writers are here, milliseconds. */
const lookMs = 250;
/** Of how many at once. */
const atOnce = 1_000;

interface Calling {
  stopTimer: () => void;
  /** The latest time that it was said to the store. */
  said: Promise<CommandCall | undefined> | undefined;
}

/** Whom a relay tells. */
export interface RelayListener {
  /** Whether there is a writer here to whom a command could be handed. */
  readonly hasWriters: boolean;
  /** What has become of a command that is called for; it is told again and again. */
  onCall(commandId: string, call: CommandCall): void | Promise<void>;
  /** All commands that anybody waits for, on whichever server. */
  onCalled(rows: readonly CommandRow[]): void | Promise<void>;
}

/**
 * Brings commands from the server where they were asked to the one that has the run's writer, through the store
 * that both share:
 *
 *   asked here ── call ──▶ store ── called ──▶ the other server hands it over, notes that, and records the answer
 *       ▲                    │
 *       └──── what became ◀──┘
 *
 * Where a single server has it all, a command costs nothing here unless it takes long.
 */
export class CommandRelay {
  readonly #store: EventStore;
  readonly #clock: ServerClock;
  readonly #listener: RelayListener;
  /** What is called for from here, by `commandId`. */
  readonly #calls = new Map<string, Calling>();
  readonly #stopLooking: () => void;
  #isLooking = false;

  constructor(store: EventStore, clock: ServerClock, listener: RelayListener) {
    this.#store = store;
    this.#clock = clock;
    this.#listener = listener;
    this.#stopLooking = repeat(clock, lookMs, () => void this.#look());
  }

  /** Says from now on, or from a while on, that somebody here waits for this command. */
  call(row: CommandRow, afterMs: number): void {
    const { commandId } = row;
    if (this.#calls.has(commandId)) return;
    const calling: Calling = { stopTimer: () => {}, said: undefined };
    this.#calls.set(commandId, calling);
    const say = async () => {
      calling.said = this.#ask(row, callMs);
      const call = await calling.said;
      if (call) await this.#listener.onCall(commandId, call);
      if (this.#calls.get(commandId) === calling) again(renewMs);
    };
    const again = (milliseconds: number) => {
      calling.stopTimer = this.#clock.after(milliseconds, () => void say());
    };
    again(afterMs);
  }

  /** Nobody here waits any more: it is not handed over from now on. Says what has become of it. */
  async end(row: CommandRow): Promise<CommandCall | undefined> {
    const calling = this.#calls.get(row.commandId);
    if (!calling) return undefined;
    calling.stopTimer();
    this.#calls.delete(row.commandId);
    if (!calling.said) return undefined;
    await calling.said; // else a store might take the end for the earlier of the two
    return this.#ask(row, 0);
  }

  /** Notes that a command is handed over from here; `false` when nobody waits for it. */
  async note({ channel, commandId }: CommandRow, answer?: CommandAnswer): Promise<boolean> {
    try {
      return await this.#store.noteCall(channel, commandId, answer);
    } catch {
      return false;
    }
  }

  close(): void {
    this.#stopLooking();
    for (const { stopTimer } of this.#calls.values()) stopTimer();
    this.#calls.clear();
  }

  async #ask({ channel, commandId }: CommandRow, forMs: number): Promise<CommandCall | undefined> {
    try {
      return await this.#store.callCommand({ channel, commandId, forMs });
    } catch {
      return undefined; // the next time, if there is one
    }
  }

  async #look(): Promise<void> {
    if (this.#isLooking || !this.#listener.hasWriters) return;
    this.#isLooking = true;
    try {
      await this.#listener.onCalled(await this.#store.calledCommands(atOnce));
    } catch {
      // A store that is away: the next look will find what is called for then.
    } finally {
      this.#isLooking = false;
    }
  }
}
