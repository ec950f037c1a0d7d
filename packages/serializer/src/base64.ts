/** The part of Node's `Buffer` that is used where it is there: it is 20 times faster. */
interface NodeBuffer {
  from(data: ArrayBufferLike, offset: number, length: number): { toString(as: "base64"): string };
}

/** Bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  // Read through globalThis, so that no bundler brings a Buffer of its own to the browser.
  const { Buffer: node } = globalThis as { readonly Buffer?: NodeBuffer };
  if (node !== undefined)
    return node.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return btoa(toBinaryString(bytes));
}

/** A call takes only so many arguments. */
const chunk = 0x2000;

function toBinaryString(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += chunk)
    text += String.fromCharCode(...bytes.subarray(at, at + chunk));
  return text;
}
