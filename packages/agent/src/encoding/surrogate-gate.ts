import { REPLACEMENT } from "./split-text.js";

const secondHalfAtStart = /^[\udc00-\udfff]/;

/**
 * Lets text through in pieces that neither begin nor end inside a surrogate pair.
 *
 * A first half at the end of a piece waits for what comes next of the same text. Half a character that stays
 * alone at the edge of a piece becomes U+FFFD, for no delta may hold it there; further in it is carried.
 */
export class SurrogateGate {
  readonly #held = new Map<string, string>();

  /** What of `text`, appended to the text named `key`, may be sent now. */
  push(key: string, text: string): string {
    const held = this.#held.get(key) ?? "";
    this.#held.delete(key);
    const whole = (held + text).replace(secondHalfAtStart, REPLACEMENT);
    const ready = findFirstHalvesAtEnd(whole);
    if (ready === whole.length) return whole;
    this.#held.set(key, whole.slice(ready));
    return whole.slice(0, ready);
  }

  /** What was held back of a text that has ended; mostly nothing. */
  flush(key: string): string {
    const held = this.#held.get(key) ?? "";
    this.#held.delete(key);
    return held && held.slice(0, -1) + REPLACEMENT;
  }

  /** The names of the texts of which something is held back. */
  heldKeys(): readonly string[] {
    return [...this.#held.keys()];
  }
}

/** Where they begin: the text's length when there are none. */
function findFirstHalvesAtEnd(text: string): number {
  let place = text.length;
  while (place > 0 && (text.charCodeAt(place - 1) & 0xfc00) === 0xd800) place--;
  return place;
}
