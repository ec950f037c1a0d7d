import { protocolLimits } from "@runwire/protocol";
import { utf8Length } from "../encoding/utf8.js";
import { deltaOf, type JoinableEvent, joinEvents, toJoinKey } from "./join-events.js";

/** Bytes that an event counts for beside its text. */
const ENVELOPE_BYTES = 200;

/** An event that waits: as text already, or still open for what comes after it. */
type Entry =
  | {
      readonly type: "encoded";
      readonly number: number;
      readonly json: string;
      readonly bytes: number;
    }
  | { readonly type: "joinable"; readonly number: number; event: JoinableEvent; bytes: number };

/** What goes into one publish. */
export interface Batch {
  readonly events: readonly string[];
  /** What the entries counted for in {@link EventQueue.bytes}. */
  readonly bytes: number;
}

/**
 * The events of a run that wait for the next publish, in order. Text and progress join what waits of the
 * same message or call, but never across an event that is neither: so a tool's start stands where it stood.
 */
export class EventQueue {
  readonly #entries: Entry[] = [];
  readonly #joinable = new Map<string, Entry & { readonly type: "joinable" }>();
  readonly #maxDeltaLength: number;
  #bytes = 0;
  #added = 0;

  constructor(maxDeltaLength: number) {
    this.#maxDeltaLength = maxDeltaLength;
  }

  /** About how many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** How many events were ever added. */
  get added(): number {
    return this.#added;
  }

  /** How many of the events that were added, from the first on, have been taken. */
  get takenUpTo(): number {
    const [first] = this.#entries;
    return first ? first.number - 1 : this.#added;
  }

  addEncoded(json: string): void {
    this.#joinable.clear();
    const bytes = utf8Length(json);
    this.#entries.push({ type: "encoded", number: ++this.#added, json, bytes });
    this.#bytes += bytes;
  }

  addJoinable(event: JoinableEvent): void {
    const number = ++this.#added;
    const key = toJoinKey(event);
    const open = this.#joinable.get(key);
    const joined = open && joinEvents(open.event, event, this.#maxDeltaLength);
    const textBytes = utf8Length(deltaOf(event));
    if (open && joined) {
      open.event = joined;
      open.bytes += textBytes;
      this.#bytes += textBytes;
      return;
    }
    const entry = { type: "joinable" as const, number, event, bytes: textBytes + ENVELOPE_BYTES };
    this.#entries.push(entry);
    this.#joinable.set(key, entry);
    this.#bytes += entry.bytes;
  }

  /** Takes the first events that fit into one publish; at least one where any waits. */
  take(maxBytes: number): Batch {
    const events: string[] = [];
    let publishBytes = 0;
    for (const entry of this.#entries.slice(0, protocolLimits.maxEventsPerPublish)) {
      const json = entry.type === "encoded" ? entry.json : JSON.stringify(entry.event);
      publishBytes += 1 + (entry.type === "encoded" ? entry.bytes : utf8Length(json));
      if (events.length > 0 && publishBytes > maxBytes) break;
      events.push(json);
    }
    return { events, bytes: this.#remove(events.length) };
  }

  clear(): void {
    this.#remove(this.#entries.length);
  }

  #remove(count: number): number {
    let bytes = 0;
    for (const entry of this.#entries.splice(0, count)) {
      bytes += entry.bytes;
      if (entry.type === "joinable") this.#forget(entry);
    }
    this.#bytes -= bytes;
    return bytes;
  }

  /** A later entry of the same key stays open. */
  #forget(entry: Entry & { readonly type: "joinable" }): void {
    const key = toJoinKey(entry.event);
    if (this.#joinable.get(key) === entry) this.#joinable.delete(key);
  }
}
