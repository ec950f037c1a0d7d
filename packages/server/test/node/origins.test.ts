import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import {
  type AllowedOrigins,
  checkOrigins,
  defaultHosts,
  isHostAllowed,
  isOriginAllowed,
} from "../../src/node/origins.ts";

// Only the headers are looked at.
const request = (headers: object) => ({ headers }) as IncomingMessage;

describe("the same host", () => {
  test.each([
    ["https://app.example.com", "app.example.com"],
    ["http://app.example.com:8080", "app.example.com:8080"],
    ["https://APP.example.com", "app.EXAMPLE.com"],
    ["https://app.example.com", "app.example.com:443"],
    ["http://app.example.com", "app.example.com:80"],
    ["http://[::1]:3000", "[::1]:3000"],
  ])("%s may open a socket at %s", (origin, host) => {
    expect(isOriginAllowed(request({ origin, host }), "same-host")).toBe(true);
  });

  test.each([
    ["null", "app.example.com"],
    ["", "app.example.com"],
    ["https://app.example.com.evil.com", "app.example.com"],
    ["https://evil.com/app.example.com", "app.example.com"],
    ["https://evil.com#app.example.com", "app.example.com"],
    ["https://evil.com?app.example.com", "app.example.com"],
    ["https://app.example.com@evil.com", "app.example.com"],
    ["https://user:pass@app.example.com", "app.example.com"],
    ["https://app.example.com:8443", "app.example.com"],
    ["https://app.example.com", "app.example.com:80"],
    ["http://app.example.com", "app.example.com:443"],
    ["https://example.com", "app.example.com"],
    ["https://app.example.com.", "app.example.com"],
    ["app.example.com", "app.example.com"],
    ["//app.example.com", "app.example.com"],
    ["https://a.com, https://app.example.com", "app.example.com"],
    ["https://app.example.com", undefined],
    ["https://app.example.com", "app.example.com/x"],
    ["https://app.example.com", "app.example.com@evil.com"],
    ["file://", ""],
  ])("%s may not open a socket at %s", (origin, host) => {
    expect(isOriginAllowed(request({ origin, host }), "same-host")).toBe(false);
  });

  test("is not asked of what sends no Origin", () => {
    expect(isOriginAllowed(request({ host: "a" }), "same-host")).toBe(true);
    expect(isOriginAllowed(request({ host: "a" }), [])).toBe(true);
  });
});

describe("a list of origins", () => {
  const list = ["https://app.example.com", "capacitor://localhost", "http://dev.example.com:5173/"];

  test.each([
    ["https://app.example.com", true],
    ["https://app.example.com:443", true],
    ["http://app.example.com", false],
    ["https://app.example.com:8443", false],
    ["https://sub.app.example.com", false],
    ["http://dev.example.com:5173", true],
    ["capacitor://localhost", true],
    ["capacitor://evil", false],
    ["ionic://localhost", false],
    ["foo://evil/", false],
    ["null", false],
  ])("compares %s whole: %s", (origin, may) => {
    expect(isOriginAllowed(request({ origin, host: "app.example.com" }), list)).toBe(may);
  });

  test("that is empty refuses every browser", () => {
    expect(isOriginAllowed(request({ origin: "https://a.com", host: "a.com" }), [])).toBe(false);
  });

  test.each([["*"], ["example.com"], ["https://a.com/path"], [""], ["https://u@a.com"], ["null"]])(
    "that holds %s is an error, for it would match nothing",
    (wrong) => {
      expect(() => checkOrigins(["https://a.com", wrong])).toThrow(/is no origin/);
    },
  );
});

test.each<[string, AllowedOrigins, boolean]>([
  ["says true", () => true, true],
  ["says false", () => false, false],
  ["says something else", (() => Promise.resolve(false)) as never, false],
  [
    "throws",
    () => {
      throw new Error("no");
    },
    false,
  ],
])("a function that %s is taken at its word, or for a no", (_what, allowed, may) => {
  const asked = request({ origin: "https://a.com", host: "b.com" });
  expect(isOriginAllowed(asked, allowed)).toBe(may);
});

describe("the host", () => {
  test("of a server on loopback is one of its own names, with any port", () => {
    const hosts = defaultHosts("127.0.0.1");
    for (const host of ["localhost:3000", "127.0.0.1:1", "[::1]:80", "LOCALHOST"])
      expect(isHostAllowed(request({ host }), hosts)).toBe(true);
    for (const host of ["evil.com", "localhost.evil.com", "127.0.0.1.evil.com", "a@localhost", ""])
      expect(isHostAllowed(request({ host }), hosts)).toBe(false);
    expect(isHostAllowed(request({}), hosts)).toBe(false);
    expect(defaultHosts("::1")).toEqual(hosts);
  });

  test("of any other server is any, unless the application says otherwise", () => {
    expect(isHostAllowed(request({ host: "a.com" }), defaultHosts("0.0.0.0"))).toBe(true);
    expect(isHostAllowed(request({ host: "a.com" }), ["b.com"])).toBe(false);
    const throws = () => {
      throw new Error("no");
    };
    expect(isHostAllowed(request({ host: "a.com" }), throws)).toBe(false);
    expect(isHostAllowed(request({ host: "a.com" }), (host) => host === "a.com")).toBe(true);
  });
});
