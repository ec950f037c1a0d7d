/**
 * Finds the parts of a JSON text without touching them, so that an event is kept byte for byte as it was
 * encoded. For texts that `JSON.parse` has accepted; nothing here recurses, whatever the depth.
 */
export interface JsonSlice {
  readonly start: number;
  readonly end: number;
  /** Levels of objects and arrays in the slice: 0 for a string, 1 for `{}`. */
  readonly depth: number;
}

const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const SPACE = 32;

/** The member of an object by its name; of a name that repeats the last one, which is what `JSON.parse` gives. */
export function findMember(text: string, name: string): JsonSlice | undefined {
  let found: JsonSlice | undefined;
  let at = skipSpace(text, skipSpace(text, 0) + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = endOfString(text, at);
    const key = text.slice(at, keyEnd);
    // Over the colon.
    const value = sliceValue(text, skipSpace(text, skipSpace(text, keyEnd) + 1));
    if (key === `"${name}"` || (key.includes("\\") && JSON.parse(key) === name)) found = value;
    at = nextItem(text, value.end);
  }
  return found;
}

/** The elements of an array. */
export function listElements(text: string, array: JsonSlice): readonly JsonSlice[] {
  const elements: JsonSlice[] = [];
  let at = skipSpace(text, array.start + 1);
  while (text.charCodeAt(at) !== CLOSE_BRACKET) {
    const element = sliceValue(text, at);
    elements.push(element);
    at = nextItem(text, element.end);
  }
  return elements;
}

/** The value that begins at `start`. */
export function sliceValue(text: string, start: number): JsonSlice {
  let depth = 0;
  let deepest = 0;
  let at = start;
  do {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) deepest = Math.max(deepest, ++depth);
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
    else if (depth === 0) return { start, end: endOfWord(text, at), depth: 0 };
    at++;
  } while (depth > 0);
  return { start, end: at, depth: deepest };
}

/** Of a number, `true`, `false` or `null`. */
function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && !endsWord(text.charCodeAt(at))) at++;
  return at;
}

function endsWord(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= SPACE;
}

/** After the closing quote. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/** Where the next item begins, or the closing bracket stands. */
function nextItem(text: string, end: number): number {
  const at = skipSpace(text, end);
  return text.charCodeAt(at) === COMMA ? skipSpace(text, at + 1) : at;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= SPACE) at++;
  return at;
}
