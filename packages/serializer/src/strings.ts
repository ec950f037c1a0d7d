/** The longest head of at most `length` code units that does not end inside a surrogate pair. */
export function headOf(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, splitsPair(text, length) ? length - 1 : length);
}

function splitsPair(text: string, index: number): boolean {
  return isHighSurrogate(text.charCodeAt(index - 1)) && isLowSurrogate(text.charCodeAt(index));
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

/** Bytes of a JSON text in UTF-8. Lone surrogates are escaped in it, so each surrogate is half of 4. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0x80) bytes += code < 0x800 || (code & 0xf800) === 0xd800 ? 1 : 2;
  }
  return bytes;
}

/** Whether a JSON text has at most `maxBytes` bytes of UTF-8. Most texts are told by their length. */
export function fitsBytes(json: string, maxBytes: number): boolean {
  return json.length * 3 <= maxBytes || utf8Length(json) <= maxBytes;
}

/** Bytes of the JSON string literal of `text`, without its quotes. */
export function jsonStringBytes(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const width = jsonWidth(text, index);
    bytes += width;
    if (width === pairBytes) index++;
  }
  return bytes;
}

/** The longest head of `text` whose JSON literal has at most `maxBytes` bytes within its quotes. */
export function headWithin(text: string, maxBytes: number): string {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const width = jsonWidth(text, index);
    bytes += width;
    if (bytes > maxBytes) return text.slice(0, index);
    if (width === pairBytes) index++;
  }
  return text;
}

const pairBytes = 4;
const shortEscapes = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x22, 0x5c]);

/** Bytes that the character at `index` takes in a JSON literal; 4 only for a whole surrogate pair. */
function jsonWidth(text: string, index: number): number {
  const code = text.charCodeAt(index);
  if (code < 0x80) return code > 0x5c || isUnescaped(code) ? 1 : shortEscapes.has(code) ? 2 : 6;
  if (code < 0x800) return 2;
  if ((code & 0xf800) !== 0xd800) return 3;
  return isHighSurrogate(code) && isLowSurrogate(text.charCodeAt(index + 1)) ? pairBytes : 6;
}

function isUnescaped(code: number): boolean {
  return code >= 0x20 && code !== 0x22 && code !== 0x5c;
}
