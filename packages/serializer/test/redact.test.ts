import { describe, expect, test } from "vitest";
import { encode, type Redaction } from "../src/index.js";

const hidden = "[redacted]";

function redact(value: unknown, ...list: Redaction[]): unknown {
  return JSON.parse(encode(value, { redact: list }));
}

describe("redact", () => {
  test("hides members by name in any letter case, at any depth, whatever they hold", () => {
    const value = {
      Authorization: "Bearer x",
      list: [{ authorization: { deep: 1 }, other: 1 }],
      at: new Date(0),
      inner: { AUTHORIZATION: 1n },
    };
    expect(redact(value, "authorization")).toStrictEqual({
      Authorization: hidden,
      list: [{ authorization: hidden, other: 1 }],
      at: { $date: "1970-01-01T00:00:00.000Z" },
      inner: { AUTHORIZATION: hidden },
    });
  });

  test("hides members by regular expression, also one that remembers where it was", () => {
    const value = { apiKey: 1, key: 2, keyboard: 3, inner: { sshKey: 4 } };
    for (const expression of [/key$/i, /key$/gi, /^.*key$/iy]) {
      expect(redact(value, expression)).toStrictEqual({
        apiKey: hidden,
        key: hidden,
        keyboard: 3,
        inner: { sshKey: hidden },
      });
    }
  });

  test("hides members by path, from wherever the path begins", () => {
    const value = { user: { email: "a" }, email: "b", deep: { user: { email: "c", name: "d" } } };
    expect(redact(value, "user.email")).toStrictEqual({
      user: { email: hidden },
      email: "b",
      deep: { user: { email: hidden, name: "d" } },
    });
  });

  test("takes * for any one step, elements of arrays included", () => {
    const value = {
      users: [
        { email: "a", id: 1 },
        { email: "b", id: 2 },
      ],
      tokens: ["t", "u"],
      n: [0],
    };
    expect(redact(value, "users.*.email", "tokens.*", "n.0")).toStrictEqual({
      users: [
        { email: hidden, id: 1 },
        { email: hidden, id: 2 },
      ],
      tokens: [hidden, hidden],
      n: [hidden],
    });
  });

  test("reaches into Maps, errors, class instances and what toJSON returned", () => {
    class Session {
      readonly token = "t";
      readonly id = 1;
    }
    const error = Object.assign(new Error("no"), { token: "t", stack: undefined });
    const value = [
      new Map([["token", "t"]]),
      error,
      new Session(),
      { toJSON: () => ({ token: "t" }) },
    ];
    const text = encode(value, { redact: ["token"] });
    expect(text).not.toContain('"t"');
    expect(text.split(hidden)).toHaveLength(5);
    expect(redact({ m: new Map([["a", new Set([{ b: 1 }])]]) }, "m.a.b")).toStrictEqual({
      m: { $map: [["a", { $set: [{ b: hidden }] }]] },
    });
  });

  test("never reads what it hides", () => {
    const value = {
      get secret() {
        throw new Error("was read");
      },
    };
    expect(redact(value, "secret")).toStrictEqual({ secret: hidden });
  });

  test("hides before any limit cuts", () => {
    const text = encode(
      { secret: "s3".repeat(500), rest: "x".repeat(500) },
      { redact: ["secret"], limits: { maxBytes: 200 } },
    );
    expect(JSON.parse(text).secret).toBe(hidden);
  });

  test("hides a key that looks like a tag", () => {
    expect(redact({ $key: 1 }, "$key")).toStrictEqual({ $escape: { $key: hidden } });
  });

  test("changes nothing where nothing matches", () => {
    const value = { a: [1, { b: "c" }] };
    expect(redact(value, "x", "a.c", /z/)).toStrictEqual(value);
  });

  test("remembers no more names than it should, and still decides them right", () => {
    const value = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`k${i}`, i]));
    expect(redact(value, "k2999")).toMatchObject({ k2998: 2998, k2999: hidden });
  });

  test.each([
    ["a text", "password"],
    ["a number in the list", [1]],
  ])("refuses %s", (_, list) => {
    expect(() => encode(1, { redact: list as unknown as Redaction[] })).toThrow(
      expect.objectContaining({ code: "invalid_options" }),
    );
  });
});
