import { expect, test } from "vitest";
import { encode, encodeWithReport } from "../src/index.js";

function valueAt(json: string, path: string): unknown {
  const steps = path.split("/").slice(1);
  return steps.reduce<unknown>(
    (value, step) => Object(value)[step.replaceAll("~1", "/").replaceAll("~0", "~")],
    JSON.parse(json),
  );
}

test("says nothing where nothing is lost, and writes the same text", () => {
  for (const value of [{ a: 1 }, [new Date(0), new Map(), 1n, undefined], "text"]) {
    expect(encodeWithReport(value)).toStrictEqual({ json: encode(value), lost: [] });
  }
});

test("lists every kind of loss with its path, in the order of writing", () => {
  const value = {
    list: [
      1,
      () => 1,
      {
        get bad() {
          throw new Error("no");
        },
      },
    ],
    holes: new Array(200),
    "a/b~": "x".repeat(20),
    map: new Map([["password", "s3cret"]]),
    cause: new Error("no", { cause: () => 1 }),
  };
  const { json, lost } = encodeWithReport(value, {
    limits: { maxStringLength: 10 },
    redact: ["password", "stack"],
  });
  expect(lost).toStrictEqual([
    { path: "/list/1", reason: "function" },
    { path: "/list/2/bad", reason: "unserializable" },
    { path: "/holes/0", reason: "sparse" },
    { path: "/a~1b~0", reason: "maxStringLength" },
    { path: "/map/$map/0/1", reason: "redacted" },
    { path: "/cause/$error/stack", reason: "redacted" },
    { path: "/cause/$error/cause", reason: "function" },
  ]);
  expect(valueAt(json, "/list/1")).toStrictEqual({ $function: "" });
  expect(valueAt(json, "/a~1b~0")).toMatchObject({ $truncated: { length: 20 } });
  expect(valueAt(json, "/map/$map/0/1")).toBe("[redacted]");
});

test("of what maxDepth cut, it names the container that is gone and nothing inside", () => {
  const value = { a: { b: { f: () => 1, c: { d: {} } } } };
  expect(encodeWithReport(value, { limits: { maxDepth: 4 } }).lost).toStrictEqual([
    { path: "/a/b", reason: "maxDepth" },
  ]);
});

test("names what maxNodes and maxBytes cut", () => {
  expect(encodeWithReport([1, { a: 1, b: 2 }], { limits: { maxNodes: 4 } }).lost).toStrictEqual([
    { path: "/1", reason: "maxNodes" },
  ]);
  const value = { small: 1, large: "x".repeat(500) };
  expect(encodeWithReport(value, { limits: { maxBytes: 200 } }).lost).toStrictEqual([
    { path: "/large", reason: "maxBytes" },
  ]);
});

test("each path leads to a mark in the text", () => {
  const value = { a: [() => 1, [Symbol("x"), () => 2]], b: new Set([() => 3]), c: "x".repeat(99) };
  const { json, lost } = encodeWithReport(value, { limits: { maxStringLength: 50 } });
  expect(lost).toHaveLength(4);
  for (const { path } of lost) expect(Object.keys(Object(valueAt(json, path)))[0]).toMatch(/^\$/);
});

test("is not told twice where the writing had to begin anew", () => {
  let reads = 0;
  const value = [
    () => 1,
    {
      get a() {
        return ++reads === 2 ? 1n : 1;
      },
    },
  ];
  expect(encodeWithReport(value).lost).toStrictEqual([{ path: "/0", reason: "function" }]);
});
