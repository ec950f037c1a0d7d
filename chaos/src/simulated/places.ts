import type { ServerProcess } from "./server-process.ts";

/** Where a client finds a server. */
export type Place = 0 | 1;

/** How a server ends: with all that it was doing, by saying goodbye, or for longer than a moment. */
export type Ending = "kill" | "drain" | "leave";

/**
 * The servers over one store: one, and from the first time that somebody goes there a second one. They know of each
 * other by nothing but the store.
 */
export class Places {
  readonly #start: (number: number) => ServerProcess;
  /** Of all times. */
  readonly #ever: ServerProcess[] = [];
  readonly #open: [ServerProcess | undefined, ServerProcess | undefined];

  constructor(start: (number: number) => ServerProcess) {
    this.#start = start;
    this.#open = [this.#begin(), undefined];
  }

  /** Every server that was not killed, those that say goodbye included. */
  get living(): readonly ServerProcess[] {
    return this.#ever.filter(({ isDead }) => !isDead);
  }

  /** Those to which new connections lead. */
  get open(): readonly ServerProcess[] {
    return this.#open.filter((process) => process !== undefined);
  }

  /** Where nobody is, the way leads to the other one. */
  at(place: Place): ServerProcess {
    // One of the two is always there.
    return (this.#open[place] ?? this.#open[0] ?? this.#open[1]) as ServerProcess;
  }

  /** From now on there is a server at this place. */
  ensure(place: Place): void {
    this.#open[place] ??= this.#begin();
  }

  /** Ends the server at a place. One that leaves is not replaced, unless it was the last one. */
  end(place: Place, how: Ending): void {
    const ended = this.at(place);
    const nth = this.#open[0] === ended ? 0 : 1;
    if (how === "drain") void ended.server.close();
    else ended.kill();
    this.#open[nth] = undefined;
    if (how !== "leave" || this.open.length === 0) this.#open[nth] = this.#begin();
  }

  /** All of them are killed; what follows is one server again. */
  startOver(): void {
    for (const process of this.open) process.kill();
    this.#open[0] = this.#begin();
    this.#open[1] = undefined;
  }

  #begin(): ServerProcess {
    const process = this.#start(this.#ever.length);
    this.#ever.push(process);
    return process;
  }
}
