import { existsSync, globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  findMissing,
  readFaults,
  readNamedTests,
} from "../../../../scripts/testing/failure-model.ts";
import serverPackage from "../../package.json" with { type: "json" };
import { defaultServerOptions } from "../../src/index.ts";
import { defaultAttachOptions } from "../../src/node/attach-options.ts";

const repository = fileURLToPath(new URL("../../../../", import.meta.url));
const read = (file: string) => readFileSync(`${repository}${file}`, "utf8");
const page = read("docs/security.md");

/** The rows of options: name, default, what it bounds, why, and the tests. */
const options = page.split("\n").flatMap((line) => {
  const [, name = "", value = "", bounds = "", why = "", tests = ""] = line
    .split("|")
    .map((cell) => cell.trim());
  return /^`[\w.]+`$/.test(name)
    ? [{ name: name.slice(1, -1), value, bounds, why, tests: readNamedTests(tests) }]
    : [];
});

const numbers = Object.entries(defaultServerOptions).flatMap(([group, values]) =>
  Object.entries(values).map(([name, value]) => [`${group}.${name}`, toShown(value)] as const),
);
const atHttp = Object.entries({
  ...defaultAttachOptions,
  allowedHosts: undefined, // goes by where the server listens
}).map(([name, value]) => [
  name,
  value === undefined ? "on loopback its own names, else all" : `\`${JSON.stringify(value)}\``,
]);

type Value = number | { readonly perSecond: number; readonly burst: number } | undefined;

function toShown(value: Value): string {
  if (value === undefined) return "none";
  if (typeof value === "number") return `${value}`;
  return `${value.perSecond} a second, ${value.burst} at once`;
}

describe("the options of docs/security.md", () => {
  test("are every one, with the default that it has, and no other", () => {
    const shown = options.map(({ name, value }) => [name, value]);
    expect(shown.sort()).toEqual([...numbers, ...atHttp].sort());
  });

  test("each say what they bound, why, and which tests hold it, by their exact titles", () => {
    const silent = options.filter(({ bounds, why, tests }) => !bounds || !why || !tests.length);
    expect(silent).toEqual([]);
    expect(
      findMissing(
        options.flatMap(({ tests }) => tests),
        repository,
      ),
    ).toEqual([]);
  });
});

describe("the requirements of docs/security.md", () => {
  const rows = readFaults(page);

  test("are R1 to R18, each with a test that there is, or with what is open", () => {
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 18 }, (_, at) => `R${at + 1}`));
    expect(rows.filter(({ tests, open }) => tests.length === 0 && !open)).toEqual([]);
    expect(
      findMissing(
        rows.flatMap(({ tests }) => tests),
        repository,
      ),
    ).toEqual([]);
  });

  test("name files that there are", () => {
    const links = [...page.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, file = ""]) => file);
    expect(links.filter((file) => !existsSync(`${repository}${file}`))).toEqual([]);
  });

  test("no library listens for what the process has not caught", () => {
    const sources = globSync("packages/*/src/**/*.{ts,tsx}", { cwd: repository });
    expect(sources.length).toBeGreaterThan(100);
    const listening = /["'](?:uncaughtException\w*|unhandledRejection)["']/;
    expect(sources.filter((file) => listening.test(read(file)))).toEqual([]);
  });

  test("the server depends on ws from 8.23, and else on our own packages only", () => {
    const { ws, ...others } = serverPackage.dependencies;
    expect(ws).toBe("^8.23.0");
    expect(Object.keys(others).filter((name) => !name.startsWith("@runwire/"))).toEqual([]);
  });
});
