/**
 * Whom the application made of the credentials. Applications add fields of their own; only `id` is ever shown
 * to anybody else.
 */
export interface User {
  /** 1 or more characters. */
  readonly id: string;
  /** When the credentials run out, milliseconds since 1970-01-01T00:00Z; 10 s later the connection closes. */
  readonly expiresAt?: number;
}

/** The request with which a client came. Node's `IncomingMessage` is one. */
export interface ConnectRequest {
  readonly url?: string | undefined;
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  /** The socket's other end, or whom a trusted proxy speaks for. */
  readonly remoteAddress?: string | undefined;
}

/** What a client shows of itself. */
export interface Credentials {
  /** From `hello`, or the `Authorization: Bearer` of the upgrade or of a message over HTTP. Absent when the client showed none. */
  readonly token?: string;
  readonly request: ConnectRequest;
}

/** What somebody wants to do in a channel. */
export type Action = "subscribe" | "publish" | "command" | "administer";

/** A question to the application: may this user do that? */
export interface AuthorizeRequest<AppUser extends User = User> {
  readonly user: AppUser;
  readonly action: Action;
  /** Absent with `administer`. */
  readonly channel: string;
}
