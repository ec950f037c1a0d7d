import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type FaultRow, findMissing, readFaults } from "../testing/failure-model.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const text = readFileSync(`${repository}docs/failure-model.md`, "utf8");
const rows = readFaults(text);
const faults = rows.filter(({ id }) => !/^[LR]/.test(id));

const isTested = ({ tests, open }: FaultRow) => tests.length > 0 && open === undefined;
const isTestedInPart = ({ tests, open }: FaultRow) => tests.length > 0 && open !== undefined;

describe("the faults of docs/failure-model.md", () => {
  test.each([
    ["S", 30],
    ["N", 15],
    ["C", 13],
    ["P", 23],
    ["A", 13],
    ["D", 17],
    ["L", 12],
    ["R", 18],
  ])("have a row each, %s1 to %i, in order and once", (letter, count) => {
    const ids = rows.map(({ id }) => id).filter((id) => id.startsWith(letter));
    expect(ids).toEqual(Array.from({ length: count }, (_, index) => `${letter}${index + 1}`));
  });

  test("name a test or say what is open", () => {
    const silent = rows.filter(({ tests, open }) => tests.length === 0 && open === undefined);
    expect(silent).toEqual([]);
  });

  test("name tests that there are, by their exact titles", () => {
    const tests = rows.flatMap((row) => row.tests);
    expect(findMissing(tests, repository)).toEqual([]);
  });

  test("name nothing in a form that is not read", () => {
    const links = text.match(/\]\(\.\.\/[^)]+\.tsx?\)/g) ?? [];
    expect(links).toHaveLength(rows.flatMap((row) => row.tests).length);
  });

  test("are counted as they are", () => {
    const tested = faults.filter(isTested).length;
    const inPart = faults.filter(isTestedInPart).length;
    const open = faults.length - tested - inPart;
    expect(text).toContain(
      `Of ${faults.length} faults ${tested} are tested, ${inPart} in part, and ${open} are open.`,
    );
  });
});

describe("the reading of the page", () => {
  test("takes each test of a row, and what is open", () => {
    const page =
      "| S1 | a | b | [x](../x.test.ts) “says \\*”<br>[y](../y.test.ts) “z”<br>open: Redis |";
    const tests = [
      { file: "x.test.ts", title: "says *" },
      { file: "y.test.ts", title: "z" },
    ];
    expect(readFaults(page)).toEqual([{ id: "S1", tests, open: "Redis" }]);
    expect(findMissing(tests, repository)).toEqual(tests);
  });

  test("misses a title that its file does not have", () => {
    const file = "scripts/test/failure-model.test.ts";
    const title = "misses a title that its file does not have";
    const wrong = { file, title: `${title}, surely` };
    expect(findMissing([{ file, title }, wrong], repository)).toEqual([wrong]);
  });
});
