/** A message as JSON text; `members` are more of it that are text already, each with the comma before it. */
export function toMessageText(message: object, members = ""): string {
  return `${JSON.stringify(message).slice(0, -1)}${members}}`;
}

/** Measures only what may be too large: three bytes a code unit is the most that UTF-8 takes. */
export function isLarger(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes;
}
