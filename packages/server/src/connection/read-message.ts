import { type ClientMessage, isChannelName, isRequestId, protocolLimits } from "@runwire/protocol";
import { clientMessageSchema, describeSchemaError } from "@runwire/protocol/schemas";
import { findMember, listElements, sliceValue } from "../json-outline.js";

/** A message as it was read, or what is wrong with it. */
export type Received =
  | { readonly status: "message"; readonly message: ClientMessage; readonly text: string }
  /** Not JSON, not an object, or without a `type` that is a string: the connection ends. */
  | { readonly status: "not_a_message" }
  | BadMessage;

/** A message that cannot be handled; `id` or `channel` say of what, where they are usable. */
export interface BadMessage {
  readonly status: "bad_message";
  readonly type: string;
  readonly problem: string;
  readonly id?: string;
  readonly channel?: string;
}

/** A text shorter than this cannot be nested too deep: every level takes two characters. */
const alwaysShallow = 2 * protocolLimits.maxMessageDepth;

/** Reads a client's message. Never throws, whatever the text. */
export function readMessage(text: string): Received {
  const value = parse(text);
  if (!isTyped(value)) return { status: "not_a_message" };
  const bad = (problem: string): Received => ({
    status: "bad_message",
    type: value.type,
    problem,
    ...(isRequestId(value.id) && { id: value.id }),
    ...(isChannelName(value.channel) && { channel: value.channel }),
  });
  if (value.type !== "publish" && isTooDeep(text))
    return bad(`nested deeper than ${protocolLimits.maxMessageDepth} levels`);
  const result = clientMessageSchema.safeParse(value);
  if (!result.success) return bad(describeSchemaError(result.error));
  // Just checked. Its events, if any, are checked one by one where they are published.
  return { status: "message", message: value as unknown as ClientMessage, text };
}

/** The texts of a publish's events, as they stand in the message. */
export function eventTexts(text: string): readonly string[] {
  const events = findMember(text, "events");
  if (!events) return [];
  return listElements(text, events).map(({ start, end }) => text.slice(start, end));
}

/** The text of a member of the message, as it stands there. */
export function memberText(text: string, name: string): string | undefined {
  const member = findMember(text, name);
  return member && text.slice(member.start, member.end);
}

interface Typed {
  readonly type: string;
  readonly id?: unknown;
  readonly channel?: unknown;
}

function isTyped(value: unknown): value is Typed {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.hasOwn(value, "type") && typeof (value as Partial<Typed>).type === "string";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTooDeep(text: string): boolean {
  if (text.length < alwaysShallow) return false;
  const start = text.indexOf("{");
  return sliceValue(text, start).depth > protocolLimits.maxMessageDepth;
}
