import { RunwireError } from "@runwire/protocol";

/**
 * The address to open: absolute, `ws:` or `wss:`, without a fragment.
 *
 * @throws RunwireError `invalid_url`
 */
export function toWebSocketUrl(url: string): string {
  try {
    // In a page, `undefined` would be a path.
    if (typeof url !== "string") throw new TypeError(typeof url);
    const { href } = new URL(url, globalThis.location?.href);
    if (!/^(ws|http)s?:/.test(href)) throw new TypeError(href);
    return href.replace(/^http/, "ws").replace(/#.*/, "");
  } catch (cause) {
    throw new RunwireError(
      "invalid_url",
      `"${url}" is no address; use ws:, wss:, http:, https: or a path`,
      { cause },
    );
  }
}
