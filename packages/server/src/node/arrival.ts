import type { IncomingMessage } from "node:http";
import { BlockList, isIP, SocketAddress } from "node:net";
import { RunwireError } from "@runwire/protocol";

/**
 * Which proxies stand in front, and so may say whom they speak for: how many of them, or their addresses and ranges
 * (`10.0.0.0/8`, `fd00::/8`, `127.0.0.1`). `false`: none, and nobody is believed.
 */
export type TrustedProxies = false | number | readonly string[];

/** Where a request came from, as far as it can be believed. */
export interface Arrival {
  /** IPv4, or IPv6 in its shortest form; an IPv4 address within IPv6 as IPv4. */
  readonly address: string | undefined;
  /** The `Host` that the client named. */
  readonly host: string | undefined;
  /** How the client came, where that is known: a proxy that nobody spoke of may stand in front of plain HTTP. */
  readonly protocol: "http:" | "https:" | undefined;
}

/**
 * Makes the function that tells where requests come from.
 *
 *   X-Forwarded-For: 6.6.6.6, 203.0.113.7, 10.0.0.2      the socket: 10.0.0.1
 *                    anybody's  ▲ the client   ◀── proxies that are trusted ──
 *
 * It is read from its end, where the nearest proxy writes, up to the first address that is no trusted proxy's: what
 * stands further left was written by whoever that is. An entry that is no address ends the reading before it.
 *
 * @throws RunwireError `invalid_options`
 */
export function createArrivalReader(trust: TrustedProxies): (request: IncomingMessage) => Arrival {
  const isTrusted = toTrust(trust);
  return (request) => {
    const address = toAddress(request.socket.remoteAddress);
    const isEncrypted = "encrypted" in request.socket;
    const direct: Arrival = {
      address,
      host: request.headers.host,
      protocol: isEncrypted ? "https:" : undefined,
    };
    // A socket without an address (a path of the file system, say) is known by the number of hops only.
    if (!isTrusted(address ?? "", 0)) return direct;
    const { headers } = request;
    return {
      address: clientOf(address, headers["x-forwarded-for"], isTrusted),
      host: firstOf(headers["x-forwarded-host"]) ?? direct.host,
      protocol: toProtocol(firstOf(headers["x-forwarded-proto"])) ?? direct.protocol,
    };
  };
}

/** Whether an address, so many hops away, is a trusted proxy's. */
type Trust = (address: string, hop: number) => boolean;

function toTrust(trust: TrustedProxies): Trust {
  if (trust === false) return () => false;
  if (typeof trust === "number") {
    if (!Number.isInteger(trust) || trust < 1)
      throw invalid(`trustProxy: ${trust} is no number of proxies; give 1 or more, or false`);
    return (_address, hop) => hop < trust;
  }
  if (!Array.isArray(trust))
    throw invalid("trustProxy takes false, a number of proxies, or a list of their addresses");
  const ranges = new BlockList();
  for (const range of trust as readonly unknown[]) addRange(ranges, range);
  return (address) => isIP(address) !== 0 && ranges.check(address, familyOf(address));
}

function addRange(ranges: BlockList, range: unknown): void {
  const [text, bits, ...more] = String(range).split("/");
  const address = toAddress(text);
  const most = address === undefined || isIP(address) === 6 ? 128 : 32;
  const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (address === undefined || more.length > 0 || prefix < 0 || prefix > most)
    throw invalid(`trustProxy: "${range}" is no address or range, like "10.0.0.0/8"`);
  ranges.addSubnet(address, prefix, familyOf(address));
}

/** Goes from the socket to the client, from hop to hop. */
function clientOf(
  nearest: string | undefined,
  header: string | readonly string[] | undefined,
  isTrusted: Trust,
): string | undefined {
  const hops = header === undefined ? [] : String(header).split(",").reverse();
  let client = nearest;
  for (const [hop, entry] of hops.entries()) {
    if (!isTrusted(client ?? "", hop)) break;
    const address = toAddress(entry);
    if (address === undefined) break;
    client = address;
  }
  return client;
}

/** The address in a text: proxies write ports behind it, and brackets around it. */
function toAddress(text = ""): string | undefined {
  const bare = withoutPort(text.trim());
  const family = isIP(bare);
  if (family === 4) return bare;
  if (family === 0) return undefined;
  const [unscoped = ""] = bare.split("%");
  const { address } = new SocketAddress({ address: unscoped, family: "ipv6" });
  return isMapped(address) ? address.slice(mapped.length) : address;
}

const mapped = "::ffff:";

function isMapped(address: string): boolean {
  return address.startsWith(mapped) && isIP(address.slice(mapped.length)) === 4;
}

function withoutPort(text: string): string {
  if (text.startsWith("[")) return text.slice(1, Math.max(1, text.indexOf("]")));
  const [address = "", ...ports] = text.split(":");
  return ports.length === 1 ? address : text;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

/** Of several proxies, what the first one says that the client said. */
function firstOf(header: string | readonly string[] | undefined): string | undefined {
  const [first = ""] = String(header ?? "").split(",");
  return first.trim() || undefined;
}

function toProtocol(text: string | undefined): Arrival["protocol"] {
  switch (text?.toLowerCase()) {
    case "https":
    case "wss":
      return "https:";
    case "http":
    case "ws":
      return "http:";
    default:
      return undefined;
  }
}

function invalid(message: string): RunwireError {
  return new RunwireError("invalid_options", message);
}
