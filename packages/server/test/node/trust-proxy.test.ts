import { describe, expect, test } from "vitest";
import type { ConnectRequest, Logger } from "../../src/index.ts";
import { UpgradeRefused } from "../conformance/bare/bare-socket.ts";
import {
  type Given,
  type ServerUnderTest,
  startServer,
} from "../conformance/support/server-under-test.ts";

type Headers = Readonly<Record<string, string>>;

/** 101, or the status with which the upgrade was refused. */
async function statusOf({ open }: ServerUnderTest, headers: Headers): Promise<number> {
  try {
    await open({ headers });
    return 101;
  } catch (error) {
    return error instanceof UpgradeRefused ? error.status : 0;
  }
}

const of = (address: string): Headers => ({ "X-Forwarded-For": address });

describe("trustProxy", () => {
  const limits = { maxConnectionsPerAddress: 2 };

  test("lets every limit for an address count the address that a trusted proxy names", async () => {
    const under = await startServer({ limits, attach: { trustProxy: ["127.0.0.0/8"] } });
    const ask = (address: string) => statusOf(under, of(address));
    expect([await ask("203.0.113.7"), await ask("203.0.113.7")]).toEqual([101, 101]);
    expect(await ask("203.0.113.7")).toBe(429);
    expect(await ask("6.6.6.6, 203.0.113.7")).toBe(429);
    expect(await ask("203.0.113.8")).toBe(101);
    expect([await ask("2001:db8::1"), await ask("2001:db8::2"), await ask("2001:db8::3")]).toEqual([
      101, 101, 429,
    ]);
    expect(await ask("2001:db8:0:1::1")).toBe(101);
  });

  test.each<[string, Given["attach"]]>([
    ["there is none", {}],
    ["the peer is none", { trustProxy: ["10.0.0.0/8"] }],
  ])("lets nobody choose an address where %s", async (_when, attach) => {
    const under = await startServer({ limits, attach: { ...attach } });
    const ask = (address: string) => statusOf(under, of(address));
    expect([await ask("203.0.113.7"), await ask("203.0.113.8")]).toEqual([101, 101]);
    expect(await ask("203.0.113.9")).toBe(429);
  });

  test("shows your handlers the client's address, and the headers as they came", async () => {
    const requests: ConnectRequest[] = [];
    const { open } = await startServer({
      attach: { trustProxy: 1 },
      authenticate: ({ request }) => {
        requests.push(request);
        return { id: "ann" };
      },
    });
    const connection = await open({ headers: of("6.6.6.6, 203.0.113.7") });
    await connection.hello("token");
    expect(requests[0]).toMatchObject({
      remoteAddress: "203.0.113.7",
      headers: { "x-forwarded-for": "6.6.6.6, 203.0.113.7" },
    });
  });

  const page = (origin: string, forwarded: Headers): Headers => ({ Origin: origin, ...forwarded });
  const behind = (host: string, protocol: string): Headers => ({
    "X-Forwarded-Host": host,
    "X-Forwarded-Proto": protocol,
  });

  test.each([
    ["https://app.example.com", behind("app.example.com", "https"), 101],
    ["https://app.example.com", behind("app.example.com:443", "https"), 101],
    ["http://app.example.com", behind("app.example.com", "http"), 101],
    // A proxy further in often says what it heard itself.
    ["https://app.example.com", behind("app.example.com", "http"), 101],
    ["http://app.example.com", behind("app.example.com", "https"), 403],
    ["https://evil.example", behind("app.example.com", "https"), 403],
    ["https://app.example.com:8443", behind("app.example.com", "https"), 403],
  ])(
    "decides what is the same host: a page of %s by way of %j gets %i",
    async (origin, forwarded, status) => {
      const under = await startServer({ attach: { trustProxy: 1 } });
      expect(await statusOf(under, page(origin, forwarded))).toBe(status);
    },
  );

  test("no page comes in by a host that somebody claims where there is no proxy", async () => {
    const under = await startServer();
    const claim = page("https://evil.example", behind("evil.example", "https"));
    expect(await statusOf(under, claim)).toBe(403);
  });

  test("hosts on a list are those that the client named", async () => {
    const allowedHosts = ["app.example.com"];
    const under = await startServer({ attach: { trustProxy: 1, allowedHosts } });
    expect(await statusOf(under, behind("app.example.com", "https"))).toBe(101);
    expect(await statusOf(under, behind("evil.example", "https"))).toBe(403);
    expect(await statusOf(under, {})).toBe(403);
  });
});

describe("requireOrigin", () => {
  test("lets programs that name no Origin come in where it is not set", async () => {
    expect(await statusOf(await startServer(), {})).toBe(101);
  });

  test.each([
    ["names none", {}],
    ["names an empty one", { Origin: "" }],
    ["names a foreign one", { Origin: "https://evil.example" }],
  ])("keeps out who %s", async (_who, headers) => {
    const under = await startServer({ attach: { requireOrigin: true } });
    expect(await statusOf(under, headers as Headers)).toBe(403);
  });

  test("lets the right page come in", async () => {
    const under = await startServer({ attach: { requireOrigin: true } });
    expect(await statusOf(under, { Origin: `http://127.0.0.1:${under.port}` })).toBe(101);
  });
});

describe("a proxy that is reached over plain http", () => {
  async function startTelling(attach: Given["attach"]) {
    const told: string[] = [];
    const logger: Logger = { warn: (message) => told.push(message), error: () => {} };
    const under = await startServer({ logger, ...(attach && { attach }) });
    return { told, ask: (headers: Headers) => statusOf(under, headers) };
  }
  const plain = { "X-Forwarded-Proto": "http", "X-Forwarded-Host": "app.example.com" };

  test("is told of, once", async () => {
    const { told, ask } = await startTelling({ trustProxy: 1 });
    await ask({ ...plain, "X-Forwarded-Proto": "https" });
    await ask({ "X-Forwarded-Host": "app.example.com" });
    await ask({ "X-Forwarded-Proto": "http" }); // of this machine
    expect(told).toEqual([]);
    await ask(plain);
    await ask(plain);
    expect(told).toEqual([expect.stringContaining("serve it behind TLS")]);
  });

  test("is not told of by somebody who only claims it", async () => {
    const { told, ask } = await startTelling({});
    await ask(plain);
    expect(told).toEqual([]);
  });
});
