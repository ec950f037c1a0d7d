import { RunwireError } from "@runwire/protocol";
import type { EventStore } from "@runwire/store";
import { describe, expect, test } from "vitest";
import { post, postText, toReply } from "./bare/bare-http.ts";
import { completed, custom, started, thinking, toolCompleted } from "./support/sample-events.ts";
import { publish, startServer } from "./support/server-under-test.ts";

const ofWriter = { channel: "c", writer: "writer-1" };

function publishing(events: readonly unknown[], given: object = {}) {
  return { type: "publish", ...ofWriter, events, ...given };
}

describe("[RW-HTTP-5] a message over HTTP is answered by the message that answers it", () => {
  test("publish, with the events side by side in the log", async () => {
    const { port, store } = await startServer();
    const events = [started("r"), thinking("r", "x"), completed("r")];
    const { status, message } = await post(port, publishing(events, { id: "1" }));
    const { epoch } = await store.head("c");
    expect([status, message]).toEqual([200, { type: "published", id: "1", epoch, offset: 1 }]);
    expect((await store.head("c")).offset).toBe(3);
  });

  test("renew", async () => {
    const { port } = await startServer();
    await post(port, publishing([started("r")]));
    const renew = { type: "renew", id: "1", ...ofWriter, runIds: ["r", "none"] };
    const { status, message } = await post(port, renew);
    const lost = [{ runId: "none", code: "run_not_found" }];
    expect([status, message]).toEqual([200, { type: "renewed", id: "1", lost }]);
  });

  test("fetch and list, byte for byte as over a socket", async () => {
    const { port, connect } = await startServer();
    const connection = await connect();
    await publish(connection, [started("r"), thinking("r", "é😀\u2028"), completed("r")]);
    for (const request of [
      { type: "fetch", id: "1", channel: "c", after: 1 },
      { type: "list", id: "2", channel: "c" },
    ]) {
      const { status, text } = await post(port, request);
      expect([status, text]).toEqual([200, JSON.stringify(await connection.request(request))]);
    }
  });

  test("command, when the run's handler has taken it", async () => {
    const { port, connect } = await startServer();
    const writer = await connect();
    await publish(writer, [started("r")]);
    const command = { type: "command", id: "k", channel: "c", runId: "r", name: "message" };
    const answer = post(port, { ...command, data: { text: "hi", big: { $bigint: "1" } } });
    const handed = await writer.nextOf("command");
    expect(handed).toMatchObject({ name: "message", data: { text: "hi", big: { $bigint: "1" } } });
    writer.send({ type: "handled", commandId: handed.commandId, result: { $date: null } });
    expect((await answer).message).toEqual({ type: "commanded", id: "k", result: { $date: null } });
  });

  test("report, with 204 and nothing else", async () => {
    const { port, server } = await startServer();
    const report = { type: "report", code: "gap", detail: "12 to 14" };
    const { status, text } = await postText(port, JSON.stringify(report));
    expect([status, text]).toEqual([204, ""]);
    expect(server.stats().reports).toMatchObject([{ code: "gap", detail: "12 to 14" }]);
  });

  test.each(["hello", "authenticate", "subscribe", "unsubscribe", "handled", "ping", "nonsense"])(
    "and %s is none of them",
    async (type) => {
      const { port } = await startServer();
      const fields = { token: "t", channel: "c", commandId: "x", at: 1 };
      const { status, message } = await post(port, { type, id: "1", ...fields });
      expect([status, message]).toMatchObject([400, { type: "error", code: "bad_message" }]);
      expect(message.id).toBe(
        type === "hello" || type === "handled" || type === "ping" ? message.id : "1",
      );
    },
  );

  test.each([
    ["text/plain"],
    ["application/x-www-form-urlencoded"],
    ["multipart/form-data; boundary=x"],
    ["application/json; charset=latin1"],
    ["application/jsonp"],
    ["text/plain, application/json"],
    [""],
  ])("and a body of type %j is refused with 415, and nothing is done", async (type) => {
    const { port, store } = await startServer();
    const body = JSON.stringify({ id: "1", ...publishing([custom("a")]) });
    const { status, message, headers } = await postText(port, body, {
      headers: { "content-type": type },
    });
    expect([status, message]).toMatchObject([415, { type: "error", code: "bad_message" }]);
    expect(headers.get("accept-post")).toBe("application/json");
    expect((await store.head("c")).offset).toBe(0);
  });

  test.each(["application/json; charset=utf-8", "Application/JSON;charset=UTF-8"])(
    "and a body of type %j is one",
    async (type) => {
      const { port } = await startServer();
      const list = { type: "list", channel: "c" };
      expect((await post(port, list, { headers: { "content-type": type } })).status).toBe(200);
    },
  );
});

describe("[RW-HTTP-6] an error over HTTP", () => {
  const refusals: readonly [status: number, code: string, request: object][] = [
    [400, "bad_message", { type: "fetch", channel: "a b", after: 0 }],
    [400, "invalid_event", publishing([custom("a"), { type: "agent_dreaming" }])],
    [409, "lifecycle_violation", publishing([toolCompleted("open", "t")])],
    [413, "event_too_large", publishing([custom("a", { data: "x".repeat(2_000) })])],
    [404, "run_not_found", publishing([thinking("none", "x")])],
    [404, "run_not_found", { type: "list", channel: "c", before: "none" }],
    [409, "run_completed", publishing([thinking("ended", "x")])],
    [409, "run_taken", publishing([thinking("open", "x")], { writer: "writer-2" })],
    [409, "run_completed", { type: "command", channel: "c", runId: "ended", name: "cancel" }],
    [403, "forbidden", { type: "list", channel: "closed" }],
    [500, "internal", { type: "list", channel: "broken" }],
  ];

  test.each(refusals)(
    "has the status %i of its code %s, and its message as body",
    async (status, code, request) => {
      const { port, connect } = await startServer({
        limits: { maxEventBytes: 1_000 },
        authorize: ({ channel }) => {
          if (channel === "broken") throw new Error("SELECT * FROM rights");
          return channel !== "closed";
        },
      });
      const connection = await connect("ann");
      await publish(connection, [started("ended"), completed("ended")]);
      await publish(connection, [started("open")]);
      const asked = { id: "same", ...request, type: (request as { type: string }).type };
      const reply = await post(port, asked, { token: "ann" });
      expect([reply.status, reply.message]).toMatchObject([
        status,
        { type: "error", code, id: "same" },
      ]);
      expect(reply.text).toBe(JSON.stringify(await connection.request(asked)));
      expect(reply.headers.get("cache-control")).toBe("no-store");
      expect(reply.text).not.toContain("SELECT");
    },
  );

  test.each([
    ["already_resolved", 409, "already_resolved"],
    ["no_handler", 409, "no_handler"],
    ["out_of_money", 502, "handler_failed"],
  ])("of a handler that fails with %s is %i %s", async (code, status, expected) => {
    const { port, connect } = await startServer();
    const writer = await connect();
    await publish(writer, [started("r")]);
    const answer = post(port, { type: "command", channel: "c", runId: "r", name: "approve" });
    const { commandId } = await writer.nextOf("command");
    writer.send({ type: "handled", commandId, error: { code, message: "no" } });
    expect(await answer).toMatchObject({ status, message: { code: expected } });
  });

  test.each(["store_unavailable", "store_full"])(
    "of a store is %s with 503 and Retry-After, and says nothing of the store",
    async (code) => {
      const { port, store } = await startServer();
      store.append = failWith(code);
      const { status, message, text, headers } = await post(port, publishing([custom("a")]));
      expect([status, message.code]).toEqual([503, code]);
      expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      expect(text).not.toContain("/var");
    },
  );

  test.each([
    ["/runwire/nothing", "POST", 404],
    ["/runwire/messages/", "POST", 404],
    ["/runwire/messages/1", "POST", 404],
    ["/runwire/messages", "GET", 405],
    ["/runwire/messages", "PUT", 405],
    ["/runwire/messages", "DELETE", 405],
    ["/runwire/status", "POST", 405],
  ])("at %s asked with %s is %i as bad_message", async (path, method, status) => {
    const { port } = await startServer();
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(method === "GET"
        ? {}
        : { body: JSON.stringify({ type: "list", id: "1", channel: "c" }) }),
    });
    const { message, headers } = await toReply(response);
    expect([response.status, message]).toMatchObject([
      status,
      { type: "error", code: "bad_message" },
    ]);
    const allow = { 404: null, 405: path.endsWith("messages") ? "POST, OPTIONS" : "GET, HEAD" };
    expect(headers.get("allow")).toBe(allow[status as 404 | 405]);
  });

  test("to HEAD is 405 without a body", async () => {
    const { port } = await startServer();
    const response = await fetch(`http://127.0.0.1:${port}/runwire/messages`, { method: "HEAD" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
    expect(await response.text()).toBe("");
  });
});

/** An append that the store refuses, with words of its own. */
function failWith(code: string): EventStore["append"] {
  return () => Promise.reject(new RunwireError(code, "/var/secret is gone"));
}
