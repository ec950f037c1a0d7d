import type { HistoryEntry } from "../checker/history.ts";
import type { ServerProcess } from "./server-process.ts";

/** What the wire carries, as far as it says whose a run is. */
interface Message {
  readonly type?: string;
  readonly id?: string;
  readonly runId?: string;
  readonly runIds?: readonly string[];
  readonly writer?: string;
  readonly lost?: readonly { readonly runId: string }[];
}

/** Writes down which runs a connection has renewed, as its server told it, and of which it is handed commands. */
export class WireWatch {
  readonly #process: ServerProcess;
  readonly #note: (entry: HistoryEntry) => void;
  /** The renewals that were asked for, by their id. */
  readonly #asked = new Map<string, Message>();
  #order = 0;

  constructor(process: ServerProcess, note: (entry: HistoryEntry) => void) {
    this.#process = process;
    this.#note = note;
  }

  onReceived(text: string): void {
    const message = JSON.parse(text) as Message; // clients send what the protocol says
    if (message.type === "renew") this.#asked.set(message.id ?? "", message);
  }

  onSent(text: string): void {
    const { type, id = "", runId = "", lost = [] } = JSON.parse(text) as Message; // as servers do
    if (type === "welcome") this.#order = this.#process.nextOrder();
    const connection = this.#connection;
    if (type === "command") this.#note({ type: "handedOver", connection, runId });
    if (type !== "renewed") return;
    const lostIds = lost.map((each) => each.runId);
    const { runIds = [], writer = "" } = this.#asked.get(id) ?? {};
    for (const each of runIds)
      if (!lostIds.includes(each))
        this.#note({ type: "attached", connection, runId: each, writer });
  }

  /** Twice is once more of the same. */
  onGone(): void {
    this.#note({ type: "gone", connection: this.#connection });
  }

  get #connection() {
    return { server: this.#process.number, order: this.#order };
  }
}
