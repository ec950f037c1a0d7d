import { randomBytes } from "node:crypto";

/** As much of RFC 6455 as a client needs. */

export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

export interface Frame {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly payload: Buffer;
}

/** A frame from client to server: masked, as RFC 6455 wants it. */
export function encodeFrame({ opcode, isLast, payload }: Frame): Buffer {
  const mask = randomBytes(4);
  const masked = Buffer.from(payload);
  for (const [index, byte] of payload.entries())
    masked[index] = byte ^ mask.readUInt8(index % mask.length);
  return Buffer.concat([toHead(opcode, isLast, payload.length), mask, masked]);
}

function toHead(opcode: number, isLast: boolean, length: number): Buffer {
  const first = (isLast ? 0x80 : 0) | opcode;
  if (length < 126) return Buffer.from([first, 0x80 | length]);
  if (length < 65_536) return Buffer.from([first, 0x80 | 126, length >> 8, length & 0xff]);
  const head = Buffer.alloc(10);
  head.writeUInt8(first, 0);
  head.writeUInt8(0x80 | 127, 1);
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

/** Cuts bytes that come in any pieces into the server's frames, which are not masked. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): Frame[] {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    const frames: Frame[] = [];
    for (let frame = this.#take(); frame; frame = this.#take()) frames.push(frame);
    return frames;
  }

  #take(): Frame | undefined {
    const bytes = this.#pending;
    if (bytes.length < 2) return undefined;
    const short = bytes.readUInt8(1) & 0x7f;
    const headLength = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length < headLength) return undefined;
    const length = readLength(bytes, short);
    if (bytes.length < headLength + length) return undefined;
    this.#pending = bytes.subarray(headLength + length);
    const first = bytes.readUInt8(0);
    const payload = bytes.subarray(headLength, headLength + length);
    return { opcode: first & 0x0f, isLast: first >= 0x80, payload };
  }
}

function readLength(bytes: Buffer, short: number): number {
  if (short === 126) return bytes.readUInt16BE(2);
  return short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
}
