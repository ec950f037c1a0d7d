/** Whether a text ends with what may be the first half of a surrogate pair. */
export function endsWithHighSurrogate(text: string): boolean {
  return isHighSurrogate(text.charCodeAt(text.length - 1));
}

/** Cuts a text into pieces of at most `maxLength` code units (≥ 2), none of which ends inside a surrogate pair. */
export function splitText(text: string, maxLength: number): readonly string[] {
  if (text.length <= maxLength) return [text];
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = toBoundary(text, start + maxLength);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/** A text of at most `maxLength` code units, with `…` at its end where something was cut. */
export function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, toBoundary(text, maxLength - 1))}…`;
}

function toBoundary(text: string, index: number): number {
  if (index >= text.length) return text.length;
  return isHighSurrogate(text.charCodeAt(index - 1)) ? index - 1 : index;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
