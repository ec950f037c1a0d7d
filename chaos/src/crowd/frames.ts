/** WebSocket frames (RFC 6455 § 5.2), as much of them as a bare client needs. */

const opcodes = { text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const;

export type FrameName = keyof typeof opcodes;

const names = new Map<number, FrameName>(
  // The values of the table above.
  Object.entries(opcodes).map(([name, opcode]) => [opcode, name as FrameName]),
);

/** A masked frame, as clients send them; the mask is zero. */
export function toFrame(name: FrameName, payload: Uint8Array): Buffer {
  const { length } = payload;
  const header = length < 126 ? Buffer.alloc(6) : Buffer.alloc(8);
  header[0] = 0x80 | opcodes[name];
  if (length < 126) header[1] = 0x80 | length;
  else header.writeUInt16BE(length, header.writeUInt8(0x80 | 126, 1));
  return Buffer.concat([header, payload]);
}

/** Cuts what a server sends into frames. The payloads are views: whoever keeps one copies it. */
export class FrameReader {
  readonly #onFrame: (name: FrameName | undefined, payload: Buffer) => void;
  #rest: Buffer | undefined;

  constructor(onFrame: (name: FrameName | undefined, payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    let bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (;;) {
      const header = readHeader(bytes);
      if (!header || bytes.length < header.start + header.length) break;
      const end = header.start + header.length;
      this.#onFrame(names.get((bytes[0] ?? 0) & 0xf), bytes.subarray(header.start, end));
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes.length > 0 ? bytes : undefined;
  }
}

function readHeader(
  bytes: Buffer,
): { readonly start: number; readonly length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const length = (bytes[1] ?? 0) & 0x7f;
  if (length < 126) return { start: 2, length };
  if (length === 126)
    return bytes.length < 4 ? undefined : { start: 4, length: bytes.readUInt16BE(2) };
  return bytes.length < 10 ? undefined : { start: 10, length: Number(bytes.readBigUInt64BE(2)) };
}
