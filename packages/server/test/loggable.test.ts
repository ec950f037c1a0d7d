import { createMemoryStore } from "@runwire/store";
import { expect, test } from "vitest";
import { createRunwireServer } from "../src/index.ts";
import { secretsOf, toLoggable } from "../src/loggable.ts";
import { startServer } from "./conformance/support/server-under-test.ts";

/** Everything that somebody could find in it. */
function textOf(value: unknown): string {
  if (!(value instanceof Error)) return JSON.stringify(value) ?? "";
  const { message, stack, cause, ...others } = value;
  return [value.name, message, stack, textOf(cause), JSON.stringify(others)].join("\n");
}

const request = (headers: Readonly<Record<string, string>>) => ({ headers });

test("of an error name, message, stack, code and causes are kept", () => {
  const cause = new RangeError("the cause");
  const error = Object.assign(new TypeError("it failed", { cause }), { code: "E_FAILED" });
  const logged = toLoggable(error);
  expect(logged).toBeInstanceOf(Error);
  expect(logged).toMatchObject({
    ...{ name: "TypeError", message: "it failed", code: "E_FAILED", stack: error.stack },
    cause: { name: "RangeError", message: "the cause", stack: cause.stack },
  });
});

test("nothing else that an error carries along is kept, and none of its causes either", () => {
  const carry = { config: { headers: { authorization: "Bearer s3cret-token" } }, code: 7 };
  const cause = Object.assign(new Error("inside"), carry, { parameters: ["s3cret-token"] });
  const logged = toLoggable(Object.assign(new Error("outside", { cause }), carry));
  expect(textOf(logged)).not.toContain("s3cret-token");
});

test("causes that go in a circle end", () => {
  const error = new Error("round");
  error.cause = error;
  expect(textOf(toLoggable(error)).match(/^round$/gm)?.length).toBe(6);
});

test.each([
  ["a text", "a text"],
  [undefined, undefined],
  [null, "a object"],
  [{ token: "s3cret" }, "a object"],
  [7, "a number"],
])("of %j, which is no error, it is said: %j", (thrown, said) => {
  expect(toLoggable(thrown)).toBe(said);
});

test("secrets are hidden wherever they stand, the longest first", () => {
  const secrets = secretsOf(
    "token-of-ann",
    request({ authorization: "Bearer header-token", cookie: "a=1; sid=session-of-ann" }),
  );
  const error = new Error("no session-of-ann, token-of-ann or header-token; Bearer header-token?");
  const text = textOf(toLoggable(error, secrets));
  for (const secret of ["token-of-ann", "session-of-ann", "header-token"])
    expect(text).not.toContain(secret);
  expect(text).toContain("no [hidden], [hidden] or [hidden]; [hidden]?");
});

test("a word that is too short to be a secret is left where it stands", () => {
  expect(secretsOf("a", request({ cookie: "theme=dark" }))).toEqual(["theme=dark"]);
});

test("the logger learns no credential of an authenticate that throws one, and no other field of its error", async () => {
  const lines: string[] = [];
  const keep = (message: string, details?: unknown) =>
    void lines.push(`${message} ${textOf(details)}`);
  const { open } = await startServer({
    logger: { warn: keep, error: keep },
    authenticate: ({ token, request: { headers } }) => {
      const error = new Error(`who is ${token}, with ${String(headers.cookie)}?`);
      throw Object.assign(error, { config: { headers } });
    },
  });
  const connection = await open({ headers: { Cookie: "sid=session-of-ann" } });
  connection.send({ type: "hello", token: "token-of-ann" });
  expect((await connection.closed).code).toBe(1011);
  expect(lines).toEqual([expect.stringContaining("authenticate failed")]);
  expect(lines[0]).not.toMatch(/token-of-ann|session-of-ann/);
});

test("what a store's error carries along does not reach the logger", async () => {
  const lines: string[] = [];
  const keep = (message: string, details?: unknown) =>
    void lines.push(`${message} ${textOf(details)}`);
  const failing = Object.assign(createMemoryStore(), {
    append: () =>
      Promise.reject(Object.assign(new Error("gone"), { parameters: ["writer-of-ann"] })),
  });
  const logger = { warn: keep, error: keep };
  const server = createRunwireServer({ store: failing, access: "open-to-everyone", logger });
  const events = ['{"type":"custom","name":"n","time":1}'];
  const publish = { channel: "c", writer: "writer-of-ann", id: "1", events };
  await expect(server.publish(publish)).rejects.toThrow();
  await server.close();
  expect(lines.join("\n")).toContain("gone");
  expect(lines.join("\n")).not.toContain("writer-of-ann");
});
