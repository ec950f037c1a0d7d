// A lone surrogate would be written as U+FFFD, and two names that differ would become one.
const UNSAFE = /["\\\p{Surrogate}\p{Cc}]/u;

/** A name that anybody may choose, as a text that SQLite keeps apart from every other. */
export function toText(name: string): string {
  return UNSAFE.test(name) ? JSON.stringify(name).slice(1, -1) : name;
}

/** Undoes {@link toText}. */
export function fromText(text: string): string {
  // Known: a text with a backslash was written by JSON.stringify of a string.
  return text.includes("\\") ? (JSON.parse(`"${text}"`) as string) : text;
}
