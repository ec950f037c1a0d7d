import type { Action, AuthorizeRequest, Credentials } from "@runwire/server";
import { Misuse } from "../misuse.js";
import { readUsers, type TokenUser } from "./read-users.js";

/** The flags that say who may what. */
export interface AccessOptions {
  readonly access?: "open";
  readonly users?: string;
}

/** What a server is told of them. */
type Access =
  | { readonly access: "open-to-everyone" }
  | {
      readonly authenticate: (credentials: Credentials) => TokenUser | null;
      readonly authorize: (request: AuthorizeRequest<TokenUser>) => boolean;
    };

/** @throws Misuse when nobody said who may use the server, or the file of users cannot be used */
export async function toAccess({ access, users: file }: AccessOptions): Promise<Access> {
  if (access && file) throw new Misuse("--access open and --users exclude each other; drop one.");
  if (access) return { access: "open-to-everyone" };
  if (!file)
    throw new Misuse(
      "Say who may use this server: --users FILE.json, or --access open for everybody.",
    );
  const users = await readUsers(file);
  return {
    authenticate: ({ token }) => {
      const user = token === undefined ? undefined : users.find(token);
      return user && !isExpired(user) ? user : null;
    },
    authorize: ({ user, action, channel }) => mayUse(user, action, channel),
  };
}

function isExpired({ expiresAt }: TokenUser): boolean {
  return expiresAt !== undefined && expiresAt <= Date.now();
}

function mayUse(user: TokenUser, action: Action, channel: string): boolean {
  if (action === "administer") return user.admin;
  return user.channels.some((pattern) =>
    pattern.endsWith("*") ? channel.startsWith(pattern.slice(0, -1)) : channel === pattern,
  );
}
