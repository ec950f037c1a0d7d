import { endsWithHighSurrogate } from "./split-text.js";

/**
 * Lets text through in pieces that never end inside a surrogate pair: a first half at the end of a piece
 * waits for what comes next of the same text.
 */
export class SurrogateGate {
  readonly #held = new Map<string, string>();

  /** What of `text`, appended to the text named `key`, may be sent now. */
  push(key: string, text: string): string {
    const whole = this.flush(key) + text;
    if (!endsWithHighSurrogate(whole)) return whole;
    this.#held.set(key, whole.slice(-1));
    return whole.slice(0, -1);
  }

  /** What was held back of a text that has ended: a lone surrogate, or nothing. */
  flush(key: string): string {
    const held = this.#held.get(key) ?? "";
    this.#held.delete(key);
    return held;
  }

  /** The names of the texts of which something is held back. */
  heldKeys(): readonly string[] {
    return [...this.#held.keys()];
  }
}
