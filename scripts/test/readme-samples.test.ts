import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { compileSamples } from "../testing/compile-samples.ts";
import { readRegions, readSamples } from "../testing/readme-samples.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const read = (file: string) => readFileSync(join(repository, file), "utf8");
const pages = globSync(["README.md", "{packages,examples,apps}/*/README.md"], { cwd: repository });
const samples = pages.sort().flatMap((file) => readSamples(file, read(file)));
const sources = globSync("examples/*/src/**/*.{ts,tsx}", { cwd: repository });
const regions = new Set(sources.flatMap((file) => [...readRegions(read(file)).values()]));

describe("the code in the READMEs", () => {
  test("is found", () => {
    expect(samples.length).toBeGreaterThan(5);
    expect(regions.size).toBeGreaterThan(5);
    // A formatter may move a line out of its region.
    expect([...regions].filter((code) => /^\s|\s$|^$/.test(code))).toEqual([]);
  });

  test("compiles, or is a part of an example that does", { timeout: 60_000 }, () => {
    const own = samples.filter(({ code, excuse }) => !regions.has(code) && !excuse);
    expect(compileSamples(own)).toEqual([]);
  });

  test("of the first page runs in CI too: all of it is a part of an example", () => {
    const others = samples.filter(({ file, code }) => file === "README.md" && !regions.has(code));
    expect(others.map(({ line, code }) => `README.md:${line} ${code}`)).toEqual([]);
  });
});

const page = (...lines: string[]) => readSamples("PAGE.md", lines.join("\n"));

describe("the search for code", () => {
  test("finds programs and leaves everything else", () => {
    const found = page(
      "```sh",
      "ls",
      "```",
      "```ts",
      "let a;",
      "",
      "```",
      "~~~tsx",
      "<a />",
      "~~~",
    );
    expect(found).toMatchObject([
      { line: 5, hasJsx: false, code: "let a;\n" },
      { line: 9, hasJsx: true, code: "<a />" },
    ]);
  });

  test("takes the indentation of a list away", () => {
    expect(page("- so:", "  ```ts", "  if (a)", "    b();", "  ```")).toMatchObject([
      { code: "if (a)\n  b();" },
    ]);
  });

  test("reads a block that holds fences as one block", () => {
    expect(page("````md", "```ts", "not code of ours", "```", "````")).toEqual([]);
  });

  test("takes an excuse only with a reason, and only right before the block", () => {
    const block = ["```ts", "…", "```"];
    const excuses = (...lines: string[]) => page(...lines, ...block)[0]?.excuse;
    expect(excuses("<!-- not compiled: it shows a mistake -->")).toBe("it shows a mistake");
    expect(excuses("<!-- not compiled: it shows a mistake -->", "")).toBeUndefined();
    expect(excuses("<!-- not compiled: -->")).toBeUndefined();
    expect(excuses("<!-- not compiled:  -->")).toBeUndefined();
  });

  test("joins the regions of one name, each without its indentation", () => {
    const source =
      "// #region a\nimport b;\n// #endregion\n{\n  // #region a\n  c(\n    d,\n  );\n  // #endregion\n}";
    expect([...readRegions(source)]).toEqual([["a", "import b;\n\nc(\n  d,\n);"]]);
  });
});

describe("the compiling of code", () => {
  test("says what is wrong, and on which line of which page", { timeout: 60_000 }, () => {
    const wrong = page(
      "# Page",
      "```ts",
      'import { withRun } from "@runwire/agent";',
      "withRun(target, { channel: 42 }, () => {});",
      "```",
      "```ts",
      "const a = ;",
      "```",
      "```ts",
      'import { createClient } from "@runwire/client";',
      "export const client = createClient();",
      "```",
    );
    const complaints = compileSamples(wrong);
    expect(complaints).toContainEqual(expect.stringMatching(/^PAGE\.md:4 .*not assignable/));
    expect(complaints).toContainEqual(expect.stringMatching(/^PAGE\.md:7 Expression expected/));
    expect(complaints).toContainEqual(expect.stringMatching(/^PAGE\.md:10 .*'createClient'/));
  });

  test("keeps samples apart: what one declares, another may declare too", {
    timeout: 60_000,
  }, () => {
    const same = ["```ts", "const a = await 1;", "```"];
    expect(compileSamples(page(...same, ...same))).toEqual([]);
  });
});
