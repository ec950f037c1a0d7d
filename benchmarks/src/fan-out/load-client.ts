import { once } from "node:events";
import { connect, type Socket } from "node:net";
import process from "node:process";
import type { ServerName } from "./scenarios.ts";

/**
 * The other end of many sockets: does the handshake of each protocol by hand and counts frames by their headers,
 * without decoding them, so that the server is what is measured.
 */
const [server, port, count] = [
  // The parent passes one of the names.
  process.argv[2] as ServerName,
  Number(process.argv[3]),
  Number(process.argv[4]),
];

const isRunwire = server === "runwire";
const isSocketIo = server.startsWith("socket.io");
const path = isRunwire ? "/runwire" : isSocketIo ? "/socket.io/?EIO=4&transport=websocket" : "/";
let frames = 0;
let told = 0;
let isCounting = false;

/** A masked text frame, as clients send them; the mask is zero. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

async function open(): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  const protocol = isRunwire ? "Sec-WebSocket-Protocol: runwire.v1\r\n" : "";
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${protocol}\r\n`,
  );
  await until(socket, "\r\n\r\n");
  if (isRunwire) {
    socket.write(textFrame('{"type":"hello"}'));
    socket.write(textFrame('{"type":"subscribe","id":"1","channel":"c","from":"now"}'));
    await until(socket, '"subscribed"');
  } else if (isSocketIo) {
    socket.write(textFrame("40"));
    await until(socket, "40{");
  }
  countFrames(socket);
}

async function until(socket: Socket, text: string): Promise<void> {
  for (let seen = ""; !seen.includes(text); ) {
    const [data] = (await once(socket, "data")) as [Buffer];
    seen += data.toString("latin1");
  }
}

/** Steps from header to header. */
function countFrames(socket: Socket): void {
  let header = Buffer.alloc(0);
  let left = 0;
  socket.on("data", (data) => {
    let at = 0;
    while (at < data.length) {
      if (left > 0) {
        const taken = Math.min(left, data.length - at);
        left -= taken;
        at += taken;
        if (left === 0) onFrame();
        continue;
      }
      // A header that is cut between two pieces is put together.
      header = Buffer.concat([header, data.subarray(at, at + 1)]);
      at += 1;
      const length = payloadLength(header);
      if (length === undefined) continue;
      header = Buffer.alloc(0);
      left = length;
    }
  });
}

function payloadLength(header: Buffer): number | undefined {
  if (header.length < 2) return undefined;
  const short = (header[1] ?? 0) & 0x7f;
  if (short < 126) return short;
  if (short === 126) return header.length < 4 ? undefined : header.readUInt16BE(2);
  return header.length < 10 ? undefined : Number(header.readBigUInt64BE(2));
}

function onFrame(): void {
  if (!isCounting) return;
  frames += 1;
  tell(8);
}

/** Says how many frames each socket has, once they are so many more than were told of. */
function tell(step: number): void {
  const all = Math.floor(frames / count);
  if (all < told + step) return;
  told = all;
  process.send?.(all);
}

process.on("disconnect", () => process.exit(0));
for (let opened = 0; opened < count; opened += 1) await open();
isCounting = true;
// The last few, which are less than a step.
setInterval(() => tell(1), 5);
process.send?.(0);
