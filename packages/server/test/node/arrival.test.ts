import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { createArrivalReader, type TrustedProxies } from "../../src/node/arrival.ts";

/** Who arrives, over a socket from `peer` with these headers. */
function arrive(trust: TrustedProxies, peer: string | undefined, headers: object = {}) {
  const socket = { remoteAddress: peer };
  // Only these are looked at.
  return createArrivalReader(trust)({ socket, headers } as unknown as IncomingMessage);
}

const addressOf = (trust: TrustedProxies, peer: string, forwarded: string) =>
  arrive(trust, peer, { "x-forwarded-for": forwarded }).address;

describe("without a trusted proxy", () => {
  test("nobody is believed, whatever they claim", () => {
    const claims = {
      "x-forwarded-for": "6.6.6.6",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      "x-real-ip": "6.6.6.6",
      forwarded: "for=6.6.6.6;host=evil.example;proto=https",
      host: "app.example.com",
    };
    expect(arrive(false, "203.0.113.7", claims)).toEqual({
      address: "203.0.113.7",
      host: "app.example.com",
      protocol: undefined,
    });
  });

  test("a socket with TLS is known to be encrypted", () => {
    const socket = { remoteAddress: "203.0.113.7", encrypted: true };
    const request = { socket, headers: {} } as unknown as IncomingMessage;
    expect(createArrivalReader(false)(request)).toMatchObject({ protocol: "https:" });
  });
});

describe("behind so many proxies", () => {
  test.each([
    [1, "203.0.113.7", "203.0.113.7"],
    [1, "6.6.6.6, 203.0.113.7", "203.0.113.7"],
    [2, "203.0.113.7, 10.0.0.2", "203.0.113.7"],
    [2, "6.6.6.6, 203.0.113.7, 10.0.0.2", "203.0.113.7"],
    [2, "203.0.113.7", "203.0.113.7"],
    [9, "6.6.6.6, 203.0.113.7", "6.6.6.6"],
    [1, "", "10.0.0.1"],
  ])("%i, and “%s” it is %s", (hops, forwarded, address) => {
    expect(addressOf(hops, "10.0.0.1", forwarded)).toBe(address);
  });

  test("a socket that has no address is the first of them", () => {
    const forwarded = { "x-forwarded-for": "203.0.113.7" };
    expect(arrive(1, undefined, forwarded).address).toBe("203.0.113.7");
    expect(arrive(["10.0.0.0/8"], undefined, forwarded).address).toBeUndefined();
  });
});

describe("behind proxies of these addresses", () => {
  const ranges = ["10.0.0.0/8", "192.0.2.1", "fd00::/8", "::1"];

  test.each([
    ["the nearest", "10.0.0.1", "203.0.113.7", "203.0.113.7"],
    ["several", "10.0.0.1", "203.0.113.7, 10.9.9.9, 192.0.2.1", "203.0.113.7"],
    [
      "the nearest, of which one wrote what the client made up",
      "10.0.0.1",
      "10.6.6.6, 6.6.6.6, 203.0.113.7",
      "203.0.113.7",
    ],
    ["all of them", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["one by IPv6", "fd00::1", "2001:DB8:0::7", "2001:db8::7"],
    ["one by IPv4 within IPv6", "::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"],
    ["one that writes IPv4 within IPv6", "10.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"],
    ["one that writes it in hexadecimals", "10.0.0.1", "::ffff:cb00:7107", "203.0.113.7"],
    ["one that writes ports", "10.0.0.1", "203.0.113.7:4711", "203.0.113.7"],
    ["one that writes ports and brackets", "10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"],
    ["one that writes a zone", "10.0.0.1", "fe80::1%eth0", "fe80::1"],
    ["one that leaves gaps", "10.0.0.1", "6.6.6.6,  203.0.113.7 ", "203.0.113.7"],
  ])("%s is believed", (_what, peer, forwarded, address) => {
    expect(addressOf(ranges, peer, forwarded)).toBe(address);
  });

  test.each([
    ["a stranger", "203.0.113.7", "10.0.0.1", "203.0.113.7"],
    ["a neighbour", "192.0.2.2", "6.6.6.6", "192.0.2.2"],
    ["a stranger by IPv6", "2001:db8::7", "fd00::1", "2001:db8::7"],
    ["a stranger by IPv4 within IPv6", "::ffff:203.0.113.7", "10.0.0.1", "203.0.113.7"],
  ])("%s is not believed", (_what, peer, forwarded, address) => {
    expect(addressOf(ranges, peer, forwarded)).toBe(address);
  });

  test.each([
    ["unknown"],
    ["_hidden"],
    ["203.0.113.7, "],
    [","],
    ["999.1.1.1"],
    ["203.0.113"],
    ["0x7f000001"],
    ["127.1"],
    ["[2001:db8::7"],
    ["2001:db8::7]"],
    ["::ffff:999.1.1.1"],
    ["203.0.113.7:1:2"],
    ["203.0.113.7\u0000"],
    ["localhost"],
    ["x".repeat(16_000)],
    [",".repeat(16_000)],
  ])("what is no address names nobody: %j", (forwarded) => {
    expect(addressOf(ranges, "10.0.0.1", forwarded)).toBe("10.0.0.1");
  });

  test("what stands behind something that is no address is not believed", () => {
    expect(addressOf(ranges, "10.0.0.1", "6.6.6.6, unknown, 10.0.0.2")).toBe("10.0.0.2");
  });
});

describe("what a trusted proxy says of host and protocol", () => {
  const from = (headers: object) => arrive(1, "10.0.0.1", { host: "inside:3000", ...headers });

  test("is what the client named, as the first of several proxies heard it", () => {
    expect(from({ "x-forwarded-host": "app.example.com" }).host).toBe("app.example.com");
    expect(from({ "x-forwarded-host": "app.example.com, inside" }).host).toBe("app.example.com");
    expect(from({ "x-forwarded-proto": "https,http" }).protocol).toBe("https:");
    expect(from({ "x-forwarded-proto": "WSS" }).protocol).toBe("https:");
    expect(from({ "x-forwarded-proto": "ws" }).protocol).toBe("http:");
  });

  test.each([[""], [" "], ["gopher"], ["https:"], [undefined]])(
    "is not known where it says %j",
    (said) => {
      expect(from({ "x-forwarded-proto": said }).protocol).toBeUndefined();
    },
  );

  test("is the request's own host where it says none", () => {
    expect(from({}).host).toBe("inside:3000");
    expect(from({ "x-forwarded-host": "" }).host).toBe("inside:3000");
  });
});

test.each([
  [0],
  [-1],
  [1.5],
  [Number.NaN],
  [true],
  ["10.0.0.0/8"],
  [["10.0.0.0/33"]],
  [["10.0.0.0/"]],
  [["10.0.0.0/8/8"]],
  [["10.0.0.0/-1"]],
  [["fd00::/129"]],
  [["localhost"]],
  [["*"]],
  [[""]],
  [[7]],
])("trustProxy cannot be %j", (trust) => {
  // Wrong on purpose; the types would not allow it.
  expect(() => createArrivalReader(trust as never)).toThrow(/^trustProxy/);
});
