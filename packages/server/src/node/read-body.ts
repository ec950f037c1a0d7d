import type { IncomingMessage } from "node:http";
import type { ReceivedBody } from "../connection/visitor.js";

/** Reads a request's body, up to so many bytes. Never rejects; what is too large is not read on. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<ReceivedBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) stop({ status: "too_large" });
      else chunks.push(chunk);
    };
    const onEnd = () => stop(toText(Buffer.concat(chunks)));
    const onGone = () => stop({ status: "gone" });
    const stop = (body: ReceivedBody) => {
      request.off("data", onData).off("end", onEnd).off("close", onGone);
      if (body.status === "too_large") request.pause();
      resolve(body);
    };
    // A peer that resets the connection must not end the process; it is told by `close`.
    request.on("error", ignore).on("data", onData).on("end", onEnd).on("close", onGone);
    if (request.destroyed) onGone();
  });
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function toText(bytes: Buffer): ReceivedBody {
  try {
    return { status: "read", text: decoder.decode(bytes) };
  } catch {
    return { status: "not_text" };
  }
}

function ignore(): void {}
