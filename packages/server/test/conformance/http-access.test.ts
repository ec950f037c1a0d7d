import { inspect } from "node:util";
import { FakeClock } from "@runwire/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Credentials } from "../../src/index.ts";
import { createCollectingLogger } from "../support/collecting-logger.ts";
import { dialRaw, post, rawPost, toReply } from "./bare/bare-http.ts";
import { gate } from "./support/gate.ts";
import { custom, started } from "./support/sample-events.ts";
import { publish, startServer } from "./support/server-under-test.ts";
import { soon } from "./support/soon.ts";

const list = { type: "list", id: "1", channel: "c" };
const page = "https://app.example.com";
const json = { "content-type": "application/json" };

/** Who shows the cookie or the token `ann`, is Ann. */
function byTokenOrCookie({ token, request }: Credentials) {
  const id = token ?? /session=(\w+)/.exec(String(request.headers.cookie))?.[1];
  return id === "ann" ? { id } : null;
}

const byCookie = { cookie: "session=ann" };

describe("[RW-HTTP-8] who it is", () => {
  test("is said by the token of each request", async () => {
    const { port } = await startServer({ authenticate: byTokenOrCookie });
    expect((await post(port, list, { token: "ann" })).status).toBe(200);
  });

  test.each([
    ["no credentials", {}],
    ["a token that is refused", { authorization: "Bearer eve" }],
    ["another scheme", { authorization: "Basic ann" }],
    ["a cookie that is refused, from an allowed page", { cookie: "session=eve", origin: page }],
  ])("with %s is answered 401, and how to show some", async (_what, headers) => {
    const { port } = await startServer({
      authenticate: byTokenOrCookie,
      attach: { origins: [page] },
    });
    const reply = await post(port, list, { headers: headers as Record<string, string> });
    expect([reply.status, reply.message.code]).toEqual([401, "unauthenticated"]);
    expect(reply.headers.get("www-authenticate")).toBe("Bearer");
  });

  test("is said by a cookie only where an allowed Origin says whose page sent it", async () => {
    const asked: unknown[] = [];
    const { port } = await startServer({
      authenticate: (credentials) => {
        asked.push(credentials.request.headers.cookie);
        return byTokenOrCookie(credentials);
      },
      attach: { origins: [page] },
    });
    const statusWith = async (headers: Record<string, string>) =>
      (await post(port, list, { headers })).status;
    expect(await statusWith({ ...byCookie, origin: page })).toBe(200);
    expect(await statusWith(byCookie)).toBe(401);
    expect(await statusWith({ ...byCookie, origin: "https://evil.example.com" })).toBe(403);
    expect(await statusWith({ ...byCookie, origin: "null" })).toBe(403);
    expect(await statusWith({ ...byCookie, authorization: "Bearer ann" })).toBe(200);
    // Whoever is refused is not asked about; and who comes without an Origin came without a cookie.
    expect(asked).toEqual(["session=ann", undefined, undefined]);
  });

  test("is not read from the address", async () => {
    const { port } = await startServer({ authenticate: byTokenOrCookie });
    const url = `http://127.0.0.1:${port}/runwire/messages?token=ann&access_token=ann`;
    const response = await fetch(url, {
      method: "POST",
      headers: json,
      body: JSON.stringify(list),
    });
    expect(response.status).toBe(401);
  });

  test("is asked anew at each request", async () => {
    let isKnown = true;
    const { port } = await startServer({ authenticate: () => (isKnown ? { id: "ann" } : null) });
    expect((await post(port, list)).status).toBe(200);
    isKnown = false;
    expect((await post(port, list)).status).toBe(401);
  });

  test("does not count once the credentials have run out for longer than their grace", async () => {
    const clock = new FakeClock();
    const { port } = await startServer({
      clock,
      authenticate: ({ token }) => ({ id: "ann", expiresAt: clock.now() - Number(token) }),
    });
    expect((await post(port, list, { token: "9999" })).status).toBe(200);
    expect((await post(port, list, { token: "10000" })).status).toBe(401);
  });

  test("is 500 where the application's answer fails, and neither the answer nor the log shows a credential", async () => {
    const { logger, lines } = createCollectingLogger();
    const { port } = await startServer({
      logger,
      authenticate: ({ token, request }) => {
        throw new Error(`SELECT ${token} ${request.headers.cookie}`);
      },
      attach: { origins: [page] },
    });
    const headers = { cookie: "session=s3cret-cookie", origin: page };
    const reply = await post(port, list, { token: "s3cret-token", headers });
    expect([reply.status, reply.message.code]).toEqual([500, "internal"]);
    const answered = `${reply.text} ${JSON.stringify([...reply.headers])}`;
    expect(answered).not.toMatch(/s3cret|SELECT|\.ts:/);
    expect(inspect(lines, { depth: 9 })).toContain("SELECT [hidden]");
    expect(inspect(lines, { depth: 9 })).not.toContain("s3cret");
  });

  test("is asked of the application for so many at once, and within its time, as for a connection", async () => {
    const clock = new FakeClock();
    let most = 0;
    let asked = 0;
    const { pass, open } = gate();
    const { port } = await startServer({
      ...{ clock, auth: { maxConcurrent: 2 } },
      authenticate: async () => {
        asked += 1;
        most = Math.max(most, asked);
        await pass;
        asked -= 1;
        return { id: "ann" };
      },
    });
    const statuses = Promise.all(
      Array.from({ length: 6 }, async () => (await post(port, list)).status),
    );
    await soon(() => asked).toBe(2);
    open();
    expect(await statuses).toEqual([200, 200, 200, 200, 200, 200]);
    expect(most).toBe(2);
  });

  test("that takes the application too long lets nobody in", async () => {
    const clock = new FakeClock();
    let isAsked = false;
    const { port } = await startServer({
      clock,
      authenticate: () => {
        isAsked = true;
        return new Promise(() => {});
      },
    });
    const reply = post(port, list);
    await soon(() => isAsked).toBe(true);
    await clock.advance(6_000);
    expect(await reply).toMatchObject({ status: 500, message: { code: "internal" } });
  });
});

describe("[RW-HTTP-9] a page", () => {
  const preflight = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type",
  };
  const ask = async (port: number, method: string, headers: Record<string, string>) => {
    const body = method === "POST" ? { body: JSON.stringify(list) } : {};
    const url = `http://127.0.0.1:${port}/runwire/messages`;
    return toReply(await fetch(url, { method, headers: { ...json, ...headers }, ...body }));
  };
  const corsOf = ({ headers }: { headers: Headers }) =>
    [...headers.keys()].filter((name) => name.startsWith("access-control-"));

  test("of an allowed origin is told by a preflight what it may send, and may read what is answered", async () => {
    const { port } = await startServer({
      attach: { origins: ["https://other.example.com", page] },
    });
    const told = await ask(port, "OPTIONS", { origin: page, ...preflight });
    expect([told.status, told.text]).toEqual([204, ""]);
    expect(Object.fromEntries(told.headers)).toMatchObject({
      "access-control-allow-origin": page,
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "Authorization, Content-Type",
      vary: "Origin",
      "cache-control": "no-store",
    });
    const answered = await ask(port, "POST", { origin: page });
    expect(answered.status).toBe(200);
    expect(Object.fromEntries(answered.headers)).toMatchObject({
      "access-control-allow-origin": page,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "Retry-After",
      vary: "Origin",
    });
  });

  test("of an allowed origin may read errors too", async () => {
    const { port } = await startServer({
      authenticate: () => null,
      attach: { origins: [page] },
    });
    const refused = await ask(port, "POST", { origin: page });
    const wrong = await ask(port, "DELETE", { origin: page });
    expect([refused.status, wrong.status]).toEqual([401, 405]);
    for (const { headers } of [refused, wrong])
      expect(headers.get("access-control-allow-origin")).toBe(page);
  });

  test.each([
    "https://evil.example.com",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com.evil.com",
    "null",
    "*",
    "file://",
  ])(
    "of %s is refused with 403, by preflight and otherwise, and may read nothing",
    async (origin) => {
      const asked: string[] = [];
      const { port, store } = await startServer({
        authenticate: () => {
          asked.push("asked");
          return { id: "ann" };
        },
        attach: { origins: [page] },
      });
      const body = { type: "publish", writer: "w", channel: "c", events: [custom("a")] };
      const replies = [
        await ask(port, "OPTIONS", { origin, ...preflight }),
        await ask(port, "POST", { origin }),
        await post(port, body, { token: "ann", headers: { origin } }),
      ];
      for (const reply of replies) {
        expect([reply.status, reply.message.code]).toEqual([403, "forbidden"]);
        expect(corsOf(reply)).toEqual([]);
        expect(reply.headers.get("vary")).toBe("Origin");
      }
      expect(asked).toEqual([]);
      expect((await store.head("c")).offset).toBe(0);
    },
  );

  test("is nothing that programs without Origin must be, unless it is asked for", async () => {
    const [open, closed] = [
      await startServer(),
      await startServer({ attach: { requireOrigin: true } }),
    ];
    expect((await post(open.port, list)).status).toBe(200);
    expect((await post(closed.port, list)).status).toBe(403);
    const told = await ask(open.port, "OPTIONS", {});
    expect([told.status, told.headers.get("allow")]).toEqual([204, "POST, OPTIONS"]);
    expect(corsOf(told)).toEqual([]);
  });

  test("cannot come by a name of its own to a server on loopback", async () => {
    const { port } = await startServer();
    const peer = dialRaw(port, rawPost(list, { host: "evil.example.com", connection: "close" }));
    onTestFinished(() => void peer.socket.destroy());
    await peer.closed;
    expect(peer.text()).toContain("HTTP/1.1 403 ");
  });
});

describe("[RW-HTTP-11] rights", () => {
  test.each([
    { type: "fetch", after: 0 },
    { type: "fetch", after: 0, runId: "r" },
    { type: "list" },
    { type: "list", before: "r" },
    { type: "publish", writer: "writer-1", events: [custom("a")] },
    { type: "publish", writer: "writer-1", events: [{ type: "nonsense" }] },
    { type: "renew", writer: "writer-1", runIds: ["r"] },
    { type: "renew", writer: "writer-2", runIds: ["r"], take: true },
    { type: "command", runId: "r", name: "cancel" },
  ])(
    "that are missing for $type are answered alike, byte for byte, whether the channel exists or not, and as over a socket",
    async (request) => {
      const { port, connect } = await startServer({ authorize: ({ user }) => user.id === "ann" });
      const [ann, eve] = [await connect("ann"), await connect("eve")];
      await publish(ann, [started("r")], { channel: "exists" });
      const texts = [];
      for (const channel of ["exists", "exists-not"]) {
        const asked = { ...request, channel, id: "same" };
        const { status, text, headers } = await post(port, asked, { token: "eve" });
        const shown = [...headers].filter(([name]) => name !== "date");
        texts.push(JSON.stringify([status, text, shown]));
        expect(status).toBe(403);
        expect(text).toBe(JSON.stringify(await eve.request(asked)));
      }
      expect(texts[0]).toBe(texts[1]);
    },
  );

  test("are asked for by what is done, at each request", async () => {
    const asked: string[] = [];
    const { port } = await startServer({
      authorize: ({ user, action, channel }) => {
        asked.push(`${user.id} ${action} ${channel}`);
        return true;
      },
    });
    const events = [started("r")];
    for (const request of [
      { type: "publish", writer: "w", events },
      { type: "renew", writer: "w", runIds: ["r"] },
      { type: "fetch", after: 0 },
      { type: "list" },
      { type: "command", runId: "none", name: "cancel" },
    ])
      await post(port, { channel: "c", ...request }, { token: "ann" });
    expect(asked).toEqual([
      "ann publish c",
      "ann publish c",
      "ann subscribe c",
      "ann subscribe c",
      "ann command c",
    ]);
  });

  test("that are revoked while a command is under way keep its result from who asked", async () => {
    let isMember = true;
    const { port, connect, server } = await startServer({
      authorize: ({ user }) => user.id === "ann" || isMember,
    });
    const writer = await connect("ann");
    await publish(writer, [started("r")]);
    const command = { type: "command", channel: "c", runId: "r", name: "cancel" };
    const answer = post(port, command, { token: "bob" });
    const { commandId } = await writer.nextOf("command");
    isMember = false;
    await server.revoke({ user: "bob" });
    writer.send({ type: "handled", commandId, result: "s3cret" });
    const { status, text } = await answer;
    expect(status).toBe(403);
    expect(text).not.toContain("s3cret");
  });

  test("end with their user: what is under way is answered 401, also while it is asked who it is", async () => {
    const { pass, open } = gate();
    let isAsked = false;
    const { port, connect, server } = await startServer({
      authenticate: async ({ token }) => {
        if (token === "slow") {
          isAsked = true;
          await pass;
        }
        return { id: token === "ann" ? "ann" : "bob" };
      },
      authorize: () => true,
    });
    const writer = await connect("ann");
    await publish(writer, [started("r")]);
    const command = { type: "command", channel: "c", runId: "r", name: "cancel" };
    const [asking, waiting] = [
      post(port, list, { token: "slow" }),
      post(port, command, { token: "bob" }),
    ];
    await writer.nextOf("command");
    await soon(() => isAsked).toBe(true);
    expect(await server.disconnectUser("bob")).toBe(1);
    expect(await waiting).toMatchObject({ status: 401, message: { code: "unauthenticated" } });
    open();
    expect(await asking).toMatchObject({ status: 401, message: { code: "unauthenticated" } });
    await writer.settle();
  });
});
