import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  closeCodes,
  errorCodes,
  formatPosition,
  isChannelName,
  isDelta,
  isEpoch,
  isErrorCode,
  isKnownEvent,
  isName,
  isOffset,
  isPosition,
  isRequestId,
  isRetryable,
  isRunId,
  parsePosition,
  reconnectRuleOf,
} from "../../src/index.js";
import { utf8Length } from "../../src/wire/utf8.js";

const notStrings = [undefined, null, 1, ["a"], {}];

describe("names", () => {
  it.each<[string, (value: unknown) => boolean, string[], unknown[]]>([
    [
      "isChannelName",
      isChannelName,
      ["a", "chat:42", "a/b/c", "a.b", "...", "a/.b", "@+-_", "x".repeat(200)],
      ["", "/", "a/", "/a", "a//b", ".", "..", "a/./b", "a/..", "a b", "é", "x".repeat(201)],
    ],
    [
      "isRunId",
      isRunId,
      ["a", ".", "..", "a:b@c+d-e_f", "x".repeat(128)],
      ["", "a/b", "a b", "a\n", "x".repeat(129)],
    ],
    ["isEpoch", isEpoch, ["a", "A_-9", "x".repeat(64)], ["", "a.b", "a:b", "x".repeat(65)]],
    [
      "isName",
      isName,
      ["a", " ", "a/b", "\u0080", "😀".repeat(64)],
      ["", "\n", "\u0000", "\u007f", "x".repeat(129)],
    ],
    ["isRequestId", isRequestId, ["1", "\n", "x".repeat(128)], ["", "x".repeat(129)]],
    ["isDelta", isDelta, ["", "a", "😀", "a\ud83db"], ["\ud83d", "\ude00", "a\ud83d", "\ude00a"]],
  ])("%s", (_name, guard, good, bad) => {
    for (const value of good) expect([value, guard(value)]).toEqual([value, true]);
    for (const value of [...bad, ...notStrings])
      expect([value, guard(value)]).toEqual([value, false]);
  });
});

describe("positions", () => {
  it("are read back from what was written", () => {
    const epoch = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
    fc.assert(
      fc.property(epoch, fc.maxSafeNat(), (name, offset) => {
        const position = { epoch: name, offset };
        expect(isPosition(position)).toBe(true);
        expect(parsePosition(formatPosition(position))).toEqual(position);
      }),
    );
  });

  it.each(["", ":", "e:", ":1", "e:-1", "e:01", "e:1.5", "e:1e3", "a:b:1", "e: 1", "é:1"])(
    "are not read from %j",
    (text) => {
      expect(parsePosition(text)).toBeUndefined();
    },
  );

  it("reach to the largest safe integer", () => {
    expect(parsePosition("e:9007199254740991")).toEqual({ epoch: "e", offset: 2 ** 53 - 1 });
    expect(parsePosition("e:9007199254740992")).toBeUndefined();
    for (const value of [-1, 0.5, Number.NaN, Infinity, 2 ** 53, "1", null])
      expect([value, isOffset(value)]).toEqual([value, false]);
    for (const value of [null, "e:1", {}, { epoch: "e" }, { epoch: "", offset: 0 }])
      expect([value, isPosition(value)]).toEqual([value, false]);
  });
});

describe("codes", () => {
  it("have one row for each close code, and backoff for any other", () => {
    const rows = Object.values(closeCodes);
    expect(new Set(rows.map((row) => row.code)).size).toBe(rows.length);
    for (const row of rows) expect(reconnectRuleOf(row.code)).toBe(row.client);
    expect(reconnectRuleOf(1006)).toBe("backoff");
  });

  it("fit into a close frame with their reason", () => {
    for (const { reason } of Object.values(closeCodes))
      expect(utf8Length(reason)).toBeLessThanOrEqual(123);
  });

  it("know which errors may be tried again", () => {
    const codes = Object.keys(errorCodes);
    expect(codes.filter(isErrorCode)).toEqual(codes);
    expect(codes.filter(isRetryable)).toEqual(["rate_limited", "store_unavailable", "store_full"]);
    for (const value of ["constructor", "nope", 1, null]) expect(isErrorCode(value)).toBe(false);
    expect(isRetryable("toString")).toBe(false);
  });
});

it("tells known event types from unknown ones", () => {
  expect(isKnownEvent({ type: "custom" })).toBe(true);
  expect(isKnownEvent({ type: "constructor" })).toBe(false);
});

it("counts the bytes of UTF-8", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(utf8Length(text)).toBe(Buffer.byteLength(text));
    }),
  );
});
