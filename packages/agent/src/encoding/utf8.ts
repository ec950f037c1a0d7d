/** Bytes of a JSON text in UTF-8. `JSON.stringify` escapes lone surrogates, so each surrogate is half of 4. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0x80) bytes += code < 0x800 || (code & 0xf800) === 0xd800 ? 1 : 2;
  }
  return bytes;
}

/** Whether a text has at most `maxBytes` bytes of UTF-8. Most texts are told by their length. */
export function fitsBytes(text: string, maxBytes: number): boolean {
  return text.length * 3 <= maxBytes || utf8Length(text) <= maxBytes;
}
