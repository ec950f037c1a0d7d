import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createMemoryStore } from "@runwire/store";
import { describe, expect, onTestFinished, test } from "vitest";
import { createRunwireServer, type RunwireServerOptions } from "../../src/index.ts";
import { type AttachOptions, attachRunwire } from "../../src/node.ts";
import { openConnection } from "../conformance/bare/bare-connection.ts";

async function start(
  options: AttachOptions = {},
  settings: Partial<Pick<RunwireServerOptions, "limits" | "drain">> = {},
) {
  const warnings: string[] = [];
  const runwire = createRunwireServer({
    ...{ store: createMemoryStore(), access: "open-to-everyone", ...settings },
    logger: { warn: (message) => warnings.push(message), error: () => {} },
  });
  const http = createServer();
  attachRunwire(runwire, http, options);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  onTestFinished(async () => {
    await runwire.close();
    http.closeAllConnections();
    http.close();
  });
  // A TCP server that listens has an address with a port.
  const { port } = http.address() as AddressInfo;
  const upgrade = (headers: Record<string, string> = {}) => openConnection({ port, headers });
  const ask = async (headers: Record<string, string> = {}, method = "POST") => {
    const answer = await fetch(`http://127.0.0.1:${port}/runwire`, { method, headers });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  };
  return { runwire, warnings, upgrade, ask };
}

describe("the socket's own address, asked without an upgrade", () => {
  test.each(["GET", "POST", "PUT"])(
    "[RW-CONN-15] says to a %s that it speaks WebSocket, where the upgrade would be taken",
    async (method) => {
      const { ask } = await start();
      const { status, headers, body } = await ask({}, method);
      expect(status).toBe(426);
      expect(headers.get("upgrade")).toBe("websocket");
      expect(body).toMatchObject({ type: "error", code: "bad_message" });
    },
  );

  test("[RW-CONN-15] says that an Origin is refused, to the page itself", async () => {
    const { ask } = await start();
    const { status, headers, body } = await ask({ origin: "http://localhost:5173" });
    expect(status).toBe(403);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body).toEqual({
      ...{ type: "error", code: "forbidden" },
      message: "This page's Origin is not allowed; see origins.",
    });
  });

  test("[RW-CONN-15] says when to come again, where one more socket would be turned away", async () => {
    const { ask, upgrade, runwire } = await start({}, { limits: { maxConnections: 1 } });
    await upgrade();
    const full = await ask();
    expect(full.status).toBe(503);
    expect(full.body).toMatchObject({ code: "rate_limited", message: "The server is full." });
    const { retryAfterMs } = full.body as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThanOrEqual(1_000);
    expect(full.headers.get("retry-after")).toBe(String(Math.ceil(retryAfterMs / 1_000)));
    void runwire.close();
    expect((await ask()).body).toMatchObject({ message: "The server is restarting." });
  });

  test("counts for no limit", async () => {
    const connectRatePerAddress = { perSecond: 0.01, burst: 1 };
    const { ask, upgrade } = await start({}, { limits: { connectRatePerAddress } });
    for (let count = 0; count < 5; count += 1) expect((await ask()).status).toBe(426);
    await upgrade();
    const { status, body } = await ask();
    expect(status).toBe(429);
    expect(body).toMatchObject({ code: "rate_limited", message: "Connecting too often." });
  });

  test.each([
    ["a page on an origin of the list", { origin: "https://app.example.com" }, 426],
    ["a program", {}, 403],
  ])("with requireOrigin answers %s", async (_who, headers, expected) => {
    const { ask } = await start({ requireOrigin: true, origins: ["https://app.example.com"] });
    expect((await ask(headers)).status).toBe(expected);
  });
});

describe("a page that is refused", () => {
  test("is told of to the operator, once, with what may be changed", async () => {
    const { upgrade, warnings } = await start();
    for (let count = 0; count < 3; count += 1)
      await expect(upgrade({ origin: "http://localhost:5173" })).rejects.toThrow();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /^refused a socket to a page of “http:\/\/localhost:5173”, which asked “127.0.0.1:\d+”: This page's Origin is not/,
    );
  });

  test("writes nothing into the log but one line, and no more than 20 of them", async () => {
    const { upgrade, warnings } = await start();
    const odd = `http://\u009b31m.example/${"x".repeat(300)}`;
    await expect(upgrade({ origin: odd })).rejects.toThrow();
    expect(warnings[0]).toMatch(/^[\x20-\x7e“”]{1,500}$/);
    for (let count = 0; count < 30; count += 1)
      await expect(upgrade({ origin: `http://${count}.example` })).rejects.toThrow();
    expect(warnings).toHaveLength(20);
    expect(warnings[19]).toContain("Further ones are not told");
  });
});
