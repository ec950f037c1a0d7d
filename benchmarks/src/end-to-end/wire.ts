import type { Page, WebSocket } from "playwright";

/** What the server sent to a page over its WebSocket. */
export interface Wire {
  readonly frames: number;
  /** Frames with their headers, without those of TCP. */
  readonly bytes: number;
  /** Log events that the frames stand for; where there is no log, none. */
  readonly logEvents: number | undefined;
}

/** Counts from now on; the function tells what has come so far. */
export function countWire(page: Page): () => Wire {
  let frames = 0;
  let bytes = 0;
  let logEvents: number | undefined;
  const onFrame = ({ payload }: { readonly payload: string | Buffer }) => {
    frames++;
    bytes += toFrameBytes(Buffer.byteLength(payload));
    logEvents = headOf(String(payload)) ?? logEvents;
  };
  page.on("websocket", (socket: WebSocket) => socket.on("framereceived", onFrame));
  return () => ({ frames, bytes, logEvents });
}

/** A server's frame has no mask: two bytes, and the length once more where it is larger. */
function toFrameBytes(payloadBytes: number): number {
  if (payloadBytes < 126) return payloadBytes + 2;
  return payloadBytes + (payloadBytes < 65_536 ? 4 : 10);
}

/** The offset up to which the page has the log, if the frame tells. */
function headOf(text: string): number | undefined {
  // Whatever it is, it is only looked at.
  const { type, offset } = JSON.parse(text) as { readonly type: string; readonly offset?: number };
  return type === "events" ? offset : undefined;
}
