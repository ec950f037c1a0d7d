import { RunwireError } from "@runwire/protocol";

const protocols: Readonly<Record<string, string>> = {
  "http:": "ws:",
  "https:": "wss:",
  "ws:": "ws:",
  "wss:": "wss:",
};

/**
 * The address to open: absolute, `ws:` or `wss:`, without a fragment.
 *
 * @throws RunwireError `invalid_url`
 */
export function toWebSocketUrl(url: string, page: string | undefined): string {
  try {
    const address = new URL(url, page);
    address.protocol = protocols[address.protocol] ?? refuse();
    address.hash = "";
    return address.href;
  } catch (cause) {
    throw new RunwireError(
      "invalid_url",
      `"${url}" cannot be opened; use ws:, wss:, http: or https:, or a path where there is a page`,
      { cause },
    );
  }
}

function refuse(): never {
  throw new TypeError();
}

/** The address of the page, where there is one. */
export function pageAddress(): string | undefined {
  return globalThis.location?.href;
}
