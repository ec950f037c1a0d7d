import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  closeCodes,
  errorCodes,
  type ReconnectRule,
} from "../../packages/protocol/src/wire/codes.ts";
import { idsInTitles, readProtocol, readTable, readTestedIds } from "../testing/requirements.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const text = readFileSync(`${repository}PROTOCOL.md`, "utf8");
const protocol = readProtocol(text);
const tested = readTestedIds(repository);

describe("the rules of PROTOCOL.md", () => {
  test("have an id each, and no two the same", () => {
    expect(protocol.unnumbered).toEqual([]);
    expect(protocol.ids.length).toBeGreaterThan(100);
    expect(new Set(protocol.ids).size).toBe(protocol.ids.length);
  });

  test("are referred to by ids that exist", () => {
    expect([...protocol.named].filter((id) => !protocol.ids.includes(id))).toEqual([]);
  });

  test("have a test each, but for those that are not yet served", () => {
    const served = protocol.ids.filter((id) => !protocol.notServed.includes(id));
    expect(served.filter((id) => !tested.has(id))).toEqual([]);
  });

  test("are not called not yet served once they have a test", () => {
    expect(protocol.notServed.length).toBeGreaterThan(0);
    expect(protocol.notServed.filter((id) => tested.has(id))).toEqual([]);
  });

  test("are the only ones that tests name", () => {
    const known = new Set(protocol.ids);
    expect([...tested].filter(([id]) => !known.has(id))).toEqual([]);
  });
});

describe("the tables of PROTOCOL.md", () => {
  const rules: Record<ReconnectRule, string> = {
    backoff: "comes back with backoff",
    "fresh-token": "asks for a fresh token once, then stops",
    stop: "stops",
  };

  test("hold the close codes of the code, row by row", () => {
    const rows = readTable(text, "| close code |").filter(([code]) => code !== "any other");
    const expected = Object.values(closeCodes).map((row) => [
      String(row.code),
      row.reason,
      rules[row.client],
    ]);
    expect(rows.map((row) => row.slice(0, 3))).toEqual(expected);
  });

  test("hold the error codes of the code, row by row", () => {
    const expected = Object.entries(errorCodes).map(([code, row]) => [
      code,
      String(row.httpStatus),
      row.isRetryable ? "yes" : "no",
    ]);
    expect(readTable(text, "| code | HTTP |").map((row) => row.slice(0, 3))).toEqual(expected);
  });
});

describe("the search for ids in tests", () => {
  // The ids are put together here, so that this file names none.
  const id = (number: number) => `RW-${"SUB"}-${number}`;

  test("finds all ids of a title, whatever its quotes, also where a table of cases comes first", () => {
    const source = [
      `test("[${id(1)} ${id(2)}] it's so", () => {});`,
      `describe('[${id(3)}] a group', () => {});`,
      `test.each([\n  ["a", 1],\n])(\n  \`[${id(4)}] for %s\`, () => {});`,
    ].join("\n");
    expect(idsInTitles(source)).toEqual([id(1), id(2), id(3), id(4)]);
  });

  test("does not count comments, bodies and tests that are skipped", () => {
    const source = `// ${id(1)}\ntest.skip("[${id(2)}] x", () => {}); test("x", () => "${id(3)}");`;
    expect(idsInTitles(source)).toEqual([]);
  });
});
