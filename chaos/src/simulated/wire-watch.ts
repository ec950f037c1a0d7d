import type { HistoryEntry } from "../checker/history.ts";
import type { ServerProcess } from "./server-process.ts";

/** What the wire carries, as far as it says whose a run is. */
interface Message {
  readonly type?: string;
  readonly id?: string;
  readonly runId?: string;
  readonly runIds?: readonly string[];
  readonly lost?: readonly { readonly runId: string }[];
}

/** Writes down which runs a connection has renewed, as its server told it, and of which it is handed commands. */
export class WireWatch {
  readonly #process: ServerProcess;
  readonly #note: (entry: HistoryEntry) => void;
  /** The runs that a request is about, by its id. */
  readonly #asked = new Map<string, readonly string[]>();
  #order = 0;

  constructor(process: ServerProcess, note: (entry: HistoryEntry) => void) {
    this.#process = process;
    this.#note = note;
  }

  onReceived(text: string): void {
    const { type, id = "", runIds = [] } = JSON.parse(text) as Message; // clients send what the protocol says
    if (type === "renew") this.#asked.set(id, runIds);
  }

  onSent(text: string): void {
    const { type, id = "", runId = "", lost = [] } = JSON.parse(text) as Message; // as servers do
    if (type === "welcome") this.#order = this.#process.nextOrder();
    if (type === "command") this.#tell("handedOver", runId);
    if (type !== "renewed") return;
    const lostIds = lost.map((each) => each.runId);
    for (const each of this.#asked.get(id) ?? [])
      if (!lostIds.includes(each)) this.#tell("attached", each);
  }

  /** Twice is once more of the same. */
  onGone(): void {
    this.#note({ type: "gone", connection: this.#connection });
  }

  #tell(type: "attached" | "handedOver", runId: string): void {
    this.#note({ type, connection: this.#connection, runId });
  }

  get #connection() {
    return { server: this.#process.number, order: this.#order };
  }
}
