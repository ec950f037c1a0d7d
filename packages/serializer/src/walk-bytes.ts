import { toBase64 } from "./base64.js";
import { type Encoded, tooDeep } from "./markers.js";
import { hasRoom, type Walk } from "./walk-context.js";
import { tooLongFor } from "./walk-primitives.js";

/** `{ "$bytes": base64, "type": … }`: a typed array, a Buffer or a DataView. */
export function encodeView(walk: Walk, view: ArrayBufferView, place: number): Encoded {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return encodeBytes(walk, bytes, typeOf(view), place);
}

/** `{ "$bytes": base64, "type": "ArrayBuffer" }`, shared memory too. */
export function encodeArrayBuffer(walk: Walk, buffer: ArrayBufferLike, place: number): Encoded {
  return encodeBytes(walk, new Uint8Array(buffer), "ArrayBuffer", place);
}

function encodeBytes(walk: Walk, bytes: Uint8Array, type: string, place: number): Encoded {
  const textLength = Math.ceil(bytes.length / 3) * 4;
  const { maxStringLength } = walk.settings.limits;
  if (textLength > maxStringLength) return tooLongFor(walk, place, `$${type}`, bytes.length);
  if (!hasRoom(walk, place, 1)) return tooDeep;
  walk.characters += textLength;
  const $bytes = toBase64(bytes);
  return type === "Uint8Array" ? { $bytes } : { $bytes, type };
}

/** The name of the platform's type, whatever a subclass calls itself. */
function typeOf(view: ArrayBufferView): string {
  if (isNodeBuffer(view)) return "Buffer";
  const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype);
  const tag = Object.getOwnPropertyDescriptor(typedArray, Symbol.toStringTag);
  const kind: unknown = tag?.get?.call(view);
  return typeof kind === "string" ? kind : "DataView";
}

function isNodeBuffer(view: ArrayBufferView): boolean {
  const { Buffer: node } = globalThis as { readonly Buffer?: { isBuffer(value: object): boolean } };
  return node?.isBuffer(view) === true;
}
