import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { decode, encode } from "../src/index.js";

const bytes = [1, 2, 3, 4, 250, 251, 252, 253];
const { buffer } = new Uint8Array(bytes);

const views: readonly { type: string; value: ArrayBufferView | ArrayBuffer }[] = [
  { type: "Int8Array", value: new Int8Array(buffer) },
  { type: "Uint8ClampedArray", value: new Uint8ClampedArray(buffer) },
  { type: "Int16Array", value: new Int16Array(buffer) },
  { type: "Uint16Array", value: new Uint16Array(buffer) },
  { type: "Int32Array", value: new Int32Array(buffer) },
  { type: "Uint32Array", value: new Uint32Array(buffer) },
  { type: "Float32Array", value: new Float32Array(buffer) },
  { type: "Float64Array", value: new Float64Array(buffer) },
  { type: "BigInt64Array", value: new BigInt64Array(buffer) },
  { type: "BigUint64Array", value: new BigUint64Array(buffer) },
  { type: "DataView", value: new DataView(buffer) },
  { type: "ArrayBuffer", value: buffer },
  { type: "Buffer", value: Buffer.from(bytes) },
];

test.each(views)("carries the bytes of a $type", ({ type, value }) => {
  const json = encode({ value });
  expect(json).toBe(`{"value":{"$bytes":"AQIDBPr7/P0=","type":"${type}"}}`);
  expect(decode(json)).toStrictEqual({ value });
});

test("a Uint8Array needs no type", () => {
  const value = new Uint8Array(bytes);
  expect(encode(value)).toBe('{"$bytes":"AQIDBPr7/P0="}');
  expect(decode(encode(value))).toStrictEqual(value);
});

test("carries only the part of the memory that a view shows", () => {
  expect(encode(new Uint8Array(buffer, 1, 2))).toBe('{"$bytes":"AgM="}');
  expect(encode(new DataView(buffer, 4, 1))).toBe('{"$bytes":"+g==","type":"DataView"}');
});

test("carries shared memory as an ArrayBuffer", () => {
  const shared = new SharedArrayBuffer(2);
  new Uint8Array(shared).set([1, 2]);
  expect(decode(encode(shared))).toStrictEqual(new Uint8Array([1, 2]).buffer);
});

test("carries what a subclass of the platform's types holds", () => {
  class Bytes extends Uint16Array {}
  expect(decode(encode(new Bytes([1, 2])))).toStrictEqual(new Uint16Array([1, 2]));
});

test("says that detached memory cannot be read", () => {
  const detached = new Uint8Array(4);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  expect(JSON.parse(encode([detached.buffer]))).toStrictEqual([
    { $unserializable: expect.stringContaining("reading threw") },
  ]);
});

test("writes the same base64 where the platform has no Buffer", () => {
  const large = Uint8Array.from({ length: 20_000 }, (_, index) => index * 7);
  const withBuffer = encode(large);
  const { Buffer: kept } = globalThis;
  try {
    Reflect.deleteProperty(globalThis, "Buffer");
    expect(encode(large)).toBe(withBuffer);
    expect(decode('{"$bytes":"AQI=","type":"Buffer"}')).toStrictEqual(new Uint8Array([1, 2]));
  } finally {
    globalThis.Buffer = kept;
  }
});
