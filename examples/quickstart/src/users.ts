// What an application knows already: who stands behind a token, and who may use a channel.
import type { User } from "@runwire/server";

const users = new Map<string | undefined, User>([
  ["token-of-ann", { id: "ann" }],
  ["token-of-bob", { id: "bob" }],
]);
const members = new Map([["chat:42", ["ann"]]]);

export function userOf(token: string | undefined): User | null {
  return users.get(token) ?? null;
}

export function mayUse(user: User, channel: string): boolean {
  return members.get(channel)?.includes(user.id) ?? false;
}

/** What the person who watches is known by; a page would ask its own backend for a token that runs out. */
export async function freshToken(): Promise<string> {
  return "token-of-ann";
}
