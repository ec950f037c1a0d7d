import { isOffset, type ServerMessage } from "@runwire/protocol";

type Fields = Readonly<Record<string, unknown>>;

/** What a message must hold for the client to go by it; everything else is shown, not relied on. */
const isReadable: Readonly<Record<string, (message: Fields) => boolean>> = {
  welcome: ({ heartbeat }) => {
    const { intervalMs, timeoutMs } = Object(heartbeat) as Fields;
    return Number(intervalMs) > 0 && Number(timeoutMs) > 0;
  },
  events: isRange,
  fetched: (message) => isRange(message) && isText(message.epoch) && isOffset(message.head),
  subscribed: ({ channel, epoch, offset, from }) =>
    isText(channel) && isText(epoch) && isOffset(offset) && isOffset(from),
  listed: ({ runs }) => Array.isArray(runs) && runs.every((run) => isText(Object(run).runId)),
  renewed: ({ lost }) => Array.isArray(lost),
  command: ({ commandId, runId }) => isText(commandId) && isText(runId),
  pong: ({ heads }) => heads instanceof Object,
  error: ({ code }) => isText(code),
};

function isRange({ after, offset, events }: Fields): boolean {
  return isOffset(after) && isOffset(offset) && Array.isArray(events) && events.every(isEvent);
}

function isEvent(event: Fields | null | undefined): boolean {
  return typeof event?.type === "string" && isOffset(event.offset);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Reads a frame; `undefined` when it is no message, or lacks what the client needs of it. */
export function readMessage(text: unknown): ServerMessage | undefined {
  try {
    const message: Fields = JSON.parse(isText(text) ? text : "");
    const { type } = message;
    if (!isText(type)) return undefined;
    const isComplete = Object.hasOwn(isReadable, type) ? isReadable[type]?.(message) : true;
    // Its type is known by name, and what we rely on was looked at; an unknown type is ignored later.
    return isComplete ? (message as unknown as ServerMessage) : undefined;
  } catch {
    return undefined;
  }
}
