import { expect } from "vitest";
import type { Right, Rules } from "./names.ts";
import type { Told } from "./prober.ts";

/** Where the secret of a channel may stand, and who may read it there. */
const rightToRead: { readonly [kind: string]: Right } = {
  log: "subscribe",
  answer: "command",
};

/** Messages that may tell a channel's epoch, head or name to whoever has the right. */
const rightToHear: { readonly [type: string]: Right } = {
  subscribed: "subscribe",
  events: "subscribe",
  fetched: "subscribe",
  listed: "subscribe",
  command: "publish",
};

/** Nothing that a user is told, asked for or not, may be of a channel that they may not see. */
export function checkTold(rules: Rules, user: string, { text, message }: Told): void {
  const { type, channel, heads } = message;
  for (const [, kind = "", secretOf] of text.matchAll(/(log|answer) <([^>]*)>/g)) {
    const right = rightToRead[kind];
    const mayRead = right !== undefined && rules.may(user, right, secretOf);
    expect(mayRead || isOwnCommand(message), `${user} was told ${text}`).toBe(true);
    if (channel !== undefined) expect(secretOf).toBe(channel);
  }
  const right = rightToHear[String(type)];
  if (right) expect(rules.may(user, right, channel), `${user} was told ${text}`).toBe(true);
  for (const followed of Object.keys(heads ?? {}))
    expect(rules.may(user, "subscribe", followed), `${user} was told ${text}`).toBe(true);
}

/** A person's command, which goes to whoever writes the run. */
function isOwnCommand({ type }: Told["message"]): boolean {
  return type === "command";
}

/** The one answer to everything that somebody may not do, byte for byte. */
export function forbiddenText(id: unknown): string {
  const message = "you may not do this in this channel";
  return JSON.stringify({ type: "error", code: "forbidden", message, id });
}
