import { createMemoryStore } from "@runwire/store";
import { describe, expect, test } from "vitest";
import { createRunwireServer, type ServerDiagnostics } from "../../src/index.ts";
import { createDiagnosticsCheck } from "../../src/node/diagnostics.ts";
import { describeConnections, type ShownConnection } from "../../src/server-diagnostics.ts";
import { custom } from "../conformance/support/sample-events.ts";
import { type Given, publish, startServer } from "../conformance/support/server-under-test.ts";

const token = "token-of-the-operator";
const attach = { diagnostics: { token } };

function ask(port: number, headers: Readonly<Record<string, string>> = {}, query = "") {
  return fetch(`http://127.0.0.1:${port}/runwire/diagnostics${query}`, { headers });
}

const asOperator = { Authorization: `Bearer ${token}` };

/** A server on which somebody has published a secret, reported another, and made `authorize` fail. */
async function startEventful(given: Given = {}) {
  const under = await startServer({
    authenticate: ({ token: shown = "anybody" }) => ({ id: `user-of-${shown.slice(0, 3)}` }),
    authorize: ({ channel }) => {
      if (channel === "broken") throw new Error("s3cret of the application");
      return true;
    },
    ...given,
  });
  const connection = await under.connect("ann-s3cret");
  await connection.request({ type: "subscribe", channel: "c" });
  await publish(connection, [custom("n", { data: "s3cret" })], { writer: "s3cret-writer" });
  await connection.request({ type: "list", channel: "broken" });
  connection.send({ type: "report", code: "gap", detail: "s3cret" });
  await connection.settle();
  return { ...under, connection };
}

describe("GET …/diagnostics", () => {
  test("is not there unless it is enabled", async () => {
    const { port } = await startServer();
    expect((await ask(port, asOperator)).status).toBe(404);
    const disabled = await startServer({ attach: { diagnostics: false } });
    expect((await ask(disabled.port, asOperator)).status).toBe(404);
  });

  test.each([
    ["shows none", {}, ""],
    ["shows another", { Authorization: "Bearer token-of-somebody-else" }, ""],
    ["shows a part of it", { Authorization: "Bearer token-of-the" }, ""],
    ["shows it in another scheme", { Authorization: `Basic ${token}` }, ""],
    ["shows it as a cookie", { Cookie: `token=${token}` }, ""],
    ["shows it in the address", {}, `?token=${token}`],
  ])("says nothing to who %s", async (_who, headers, query) => {
    const { port } = await startEventful({ attach });
    const answer = await ask(port, headers as Record<string, string>, query);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    expect(await answer.json()).toMatchObject({ type: "error", code: "unauthenticated" });
  });

  test("does not take the credentials of a user, however much they may", async () => {
    const { port } = await startEventful({ attach });
    expect((await ask(port, { Authorization: "Bearer ann-s3cret" })).status).toBe(401);
  });

  test("tells its operator what goes on, and no event, credential or text of a client", async () => {
    const { port } = await startEventful({ attach });
    const answer = await ask(port, asOperator);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({
      status: { status: "ok", connections: 1 },
      stats: { connections: 1, subscriptions: 1, appendedEvents: 1, admission: { refused: 0 } },
      problems: [{ level: "error", message: expect.stringContaining("a request failed") }],
      reports: [{ code: "gap" }],
      connections: [
        { user: "user-of-ann", address: "127.0.0.1", subscriptions: 1, isUnread: false },
      ],
    });
    for (const secret of ["s3cret", token]) expect(text).not.toContain(secret);
  });

  test("takes GET and HEAD alone", async () => {
    const { port } = await startServer({ attach });
    const url = `http://127.0.0.1:${port}/runwire/diagnostics`;
    const post = await fetch(url, { method: "POST", headers: asOperator });
    expect(post.status).toBe(405);
    const head = await fetch(url, { method: "HEAD", headers: asOperator });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });
});

test.each([[""], ["x".repeat(15)], [undefined], [7]])("the token cannot be %j", (wrong) => {
  // Wrong on purpose; the types would not allow it.
  expect(() => createDiagnosticsCheck({ token: wrong as never })).toThrow("16 characters or more");
});

test("a token of 16 characters is long enough", () => {
  expect(() => createDiagnosticsCheck({ token: "x".repeat(16) })).not.toThrow();
});

test("of 101 connections the hundred for whom most waits are shown, the first first", () => {
  const connections = Array.from(
    { length: 101 },
    (_, index): ShownConnection => ({
      ...{ id: `${index}`, user: undefined, request: { headers: {} }, subscriptions: 0 },
      ...{ isPaused: false, heardAt: 400, outbox: { bufferedBytes: index } },
    }),
  );
  const shown = describeConnections(connections, 1_000);
  expect(shown.map(({ bufferedBytes }) => bufferedBytes)).toEqual(
    Array.from({ length: 100 }, (_, index) => 100 - index),
  );
  expect(shown[0]).toEqual({
    ...{ connectionId: "100", subscriptions: 0, bufferedBytes: 100, isUnread: false },
    silentMs: 600,
  });
});

test("the last 50 problems are kept, without their details", async () => {
  const store = createMemoryStore();
  const server = createRunwireServer({ store, access: "open-to-everyone" });
  for (let count = 1; count <= 51; count += 1)
    server.logger.warn(`problem ${count}`, new Error("s3cret"));
  const { problems }: ServerDiagnostics = await server.diagnostics();
  expect(problems.map(({ message }) => message)).toEqual(
    Array.from({ length: 50 }, (_, index) => `problem ${index + 2}`),
  );
  expect(JSON.stringify(problems)).not.toContain("s3cret");
  await server.close();
});
