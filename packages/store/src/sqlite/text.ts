// A lone surrogate would be written as U+FFFD, and two names that differ would become one.
const UNSAFE = /["\\\p{Surrogate}\p{Cc}]/u;

/** A name that anybody may choose, as a text that SQLite keeps apart from every other. */
export function toText(name: string): string {
  return UNSAFE.test(name) ? JSON.stringify(name).slice(1, -1) : name;
}

const COUNTER = /^[1-9]\d{0,14}$/;

/**
 * The same, where numbers stand in the order of their size: 9 before 10. Keys that grow are written side by side then;
 * between older ones every few of them would move the rows of three pages.
 */
export function toOrderedText(name: string): string {
  // No name has a backslash before a digit of its own: it has two there.
  return COUNTER.test(name) ? `\\${name.length.toString(16)}${name}` : toText(name);
}

/** Undoes {@link toText}. */
export function fromText(text: string): string {
  // Known: a text with a backslash was written by JSON.stringify of a string.
  return text.includes("\\") ? (JSON.parse(`"${text}"`) as string) : text;
}
