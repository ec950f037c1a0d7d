import { expect, test } from "vitest";
import { EventsFrame } from "../../src/log/events-frame.ts";
import { toTextFrame } from "../../src/node/ws-socket.ts";

const range = { channel: "c", after: 0, offset: 1 };

/** The payload of an unmasked frame, and the length that its header says. */
function parse(frame: Uint8Array) {
  const bytes = Buffer.from(frame);
  const short = bytes.readUInt8(1);
  if (short < 126) return { length: short, text: bytes.subarray(2).toString() };
  if (short === 126) return { length: bytes.readUInt16BE(2), text: bytes.subarray(4).toString() };
  return { length: Number(bytes.readBigUInt64BE(2)), text: bytes.subarray(10).toString() };
}

test.each([0, 1, 125, 126, 65_535, 65_536, 300_000])(
  "a text of %i bytes becomes one WebSocket frame, without a copy of it",
  (length) => {
    const text = "x".repeat(length);
    const message = new EventsFrame(range, text);
    const frame = message.as(toTextFrame);
    expect(parse(frame)).toEqual({ length, text });
    expect(frame.buffer).toBe(message.bytes.buffer);
    expect(Buffer.from(message.bytes).toString()).toBe(text);
    expect(message.as(toTextFrame)).toBe(frame);
  },
);

test("is counted and cut in UTF-8", () => {
  const message = new EventsFrame(range, "…😀é");
  expect(parse(message.as(toTextFrame))).toEqual({ length: 9, text: "…😀é" });
});

test("the room for a header is the first transport's, and another gets none", () => {
  const message = new EventsFrame(range, "text");
  const first = message.as(toTextFrame);
  const other = message.as((bytes, headroom) => {
    expect(headroom).toBe(0);
    return toTextFrame(bytes, headroom);
  });
  expect(parse(other)).toEqual({ length: 4, text: "text" });
  expect(other.buffer === first.buffer && other.byteOffset === first.byteOffset).toBe(false);
  expect(parse(first)).toEqual({ length: 4, text: "text" });
});
