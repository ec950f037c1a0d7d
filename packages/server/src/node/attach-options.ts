import type { TrustedProxies } from "./arrival.js";
import type { DiagnosticsOptions } from "./diagnostics.js";
import type { AllowedHosts, AllowedOrigins } from "./origins.js";

/** Options of `attachRunwire`. */
export interface AttachOptions {
  /** Where clients connect; HTTP routes are below it. @default "/runwire" */
  readonly path?: string;
  /** Which pages may open a socket, or ask over HTTP. @default "same-host" */
  readonly origins?: AllowedOrigins;
  /**
   * Also refuses clients that send no `Origin`: every program that is no browser, workers that write runs included.
   * @default false
   */
  readonly requireOrigin?: boolean;
  /**
   * Which hosts a request may name, against DNS rebinding.
   * @default for a server that listens on loopback, and behind no trusted proxy: localhost, 127.0.0.1 and [::1]; else
   * every host
   */
  readonly allowedHosts?: AllowedHosts;
  /**
   * Which proxies are believed when they say whom they speak for, by `X-Forwarded-For`, `X-Forwarded-Host` and
   * `X-Forwarded-Proto`. It decides whose address all limits for an address count, and what is the same host.
   * Trust no more than there are: who is trusted may claim any address.
   * @default false
   */
  readonly trustProxy?: TrustedProxies;
  /**
   * Serves `GET {path}/diagnostics`: connections, queues, and what went wrong last, to whoever shows this token. It
   * holds no event and no credential, but names of users and their addresses. @default false
   */
  readonly diagnostics?: false | DiagnosticsOptions;
  /**
   * Ends upgrades for other paths, though somebody else listens for upgrades too. Where nobody else does, they are
   * always answered 404: a socket that nobody takes would stay open for ever. @default false
   */
  readonly refuseOtherUpgrades?: boolean;
}

/** What {@link AttachOptions} say where they are silent; `allowedHosts` goes by where the server listens. */
export const defaultAttachOptions = {
  path: "/runwire",
  origins: "same-host",
  requireOrigin: false,
  trustProxy: false,
  diagnostics: false,
  refuseOtherUpgrades: false,
} as const satisfies AttachOptions;
