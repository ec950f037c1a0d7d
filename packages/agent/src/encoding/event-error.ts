import type { EventError } from "@runwire/protocol";
import { shorten } from "./split-text.js";

const MAX_MESSAGE_LENGTH = 8_000;
const MAX_NAME_LENGTH = 128;

/** What people are told of something that was thrown: name, message and code, never the stack. */
export function toEventError(thrown: unknown): EventError {
  const name = readText(thrown, "name");
  const code = readText(thrown, "code");
  const message = isObject(thrown) ? readText(thrown, "message") : toText(thrown);
  return {
    ...(name !== undefined && { name: shorten(name, MAX_NAME_LENGTH) }),
    message: shorten(message ?? toText(thrown), MAX_MESSAGE_LENGTH),
    ...(code !== undefined && { code: shorten(code, MAX_NAME_LENGTH) }),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Anything may be thrown: a getter that throws itself must not hide the first error. */
function readText(thrown: unknown, key: "name" | "message" | "code"): string | undefined {
  try {
    const value = isObject(thrown) ? thrown[key] : undefined;
    if (typeof value === "number") return String(value);
    return typeof value === "string" && value !== "" ? value : undefined;
  } catch {
    return undefined;
  }
}

const noMessage = "an object without a message was thrown";

function toText(thrown: unknown): string {
  try {
    // Its text is that of all its elements: of one that holds itself many times, it never ends.
    if (Array.isArray(thrown)) return "an array was thrown";
    const text = String(thrown);
    // “[object Object]” tells a person nothing.
    return /^\[object \w+\]$/.test(text) ? noMessage : text || "no message";
  } catch {
    return noMessage; // only objects can refuse
  }
}
