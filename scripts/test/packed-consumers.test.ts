import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConsumerProject, createConsumerProject } from "../testing/consumer-project.ts";

// Each entry point that a program may load, and the names that the documentation promises of it.
// `@runwire/store/testing` and `@runwire/testing/vitest` are for test runs only: they load vitest, which a program
// has not.
const browserEntries: Record<string, readonly string[]> = {
  "@runwire/serializer": ["encode", "decode", "encodeWithReport", "RunwireError"],
  "@runwire/protocol": ["reduceChannel", "mergeEvents", "checkRun", "PROTOCOL_VERSION"],
  "@runwire/protocol/schemas": [],
  "@runwire/agent": ["withRun", "startRun", "resumeRun"],
  "@runwire/client": ["createRunwireClient"],
  "@runwire/react": [
    "RunwireProvider",
    "useChannel",
    "useRun",
    "useConnection",
    "useRunCommands",
    "ConnectionStatus",
    "createRunwireHooks",
  ],
};
const nodeEntries: Record<string, readonly string[]> = {
  "@runwire/store": [],
  "@runwire/store/sqlite": ["createSqliteStore"],
  "@runwire/server": ["createRunwireServer"],
  "@runwire/server/node": ["attachRunwire"],
  "@runwire/testing": [
    "createTestServer",
    "captureRun",
    "expectRun",
    "createFaultProxy",
    "linkInMemory",
    "FakeClock",
  ],
};
const allEntries = { ...browserEntries, ...nodeEntries };

let project: ConsumerProject;
beforeAll(async () => {
  project = await createConsumerProject();
}, 180_000);
afterAll(() => project?.[Symbol.asyncDispose]());

type NamesByEntry = Record<string, string[]>;
const printNames = `
const names = (space) => Object.keys(space).filter((name) => name !== "default" && name !== "module.exports");
console.log(JSON.stringify(Object.fromEntries(loaded.map(([entry, space]) => [entry, names(space)]))));
`;

function esmConsumer(entries: readonly string[]): string {
  const imports = entries.map((entry, index) => `import * as space${index} from "${entry}";`);
  const pairs = entries.map((entry, index) => `["${entry}", space${index}]`);
  return `${imports.join("\n")}\nconst loaded = [${pairs.join(", ")}];${printNames}`;
}

function commonJsConsumer(entries: readonly string[]): string {
  const pairs = entries.map((entry) => `["${entry}", require("${entry}")]`);
  return `const loaded = [${pairs.join(", ")}];${printNames}`;
}

/** Names every promised export in a typed program, so that a name without a type is an error. */
function typedConsumer(entries: Record<string, readonly string[]>): string {
  return Object.entries(entries)
    .map(([entry, names], index) => {
      const uses = names.map((name) => `space${index}.${name}`).join(", ");
      return `import * as space${index} from "${entry}";\nexport const uses${index} = [${uses}];`;
    })
    .join("\n");
}

function missingNames(found: NamesByEntry): string[] {
  return Object.entries(allEntries).flatMap(([entry, promised]) =>
    promised.filter((name) => !found[entry]?.includes(name)).map((name) => `${entry}: ${name}`),
  );
}

describe("the packed packages, installed with npm outside the workspace", () => {
  test("give an ES module every name that is promised", async () => {
    const source = esmConsumer(Object.keys(allEntries));
    const found: NamesByEntry = JSON.parse(await project.runFile("consumer.mjs", source));
    expect(missingNames(found)).toEqual([]);
  });

  test("give CommonJS the same names as an ES module", async () => {
    const entries = Object.keys(allEntries);
    const asModule = await project.runFile("names.mjs", esmConsumer(entries));
    const asCommonJs = await project.runFile("names.cjs", commonJsConsumer(entries));
    const sorted = (text: string) =>
      Object.entries(JSON.parse(text) as NamesByEntry).map(([entry, names]) => [
        entry,
        names.filter((name) => name !== "__esModule").sort(),
      ]);
    expect(sorted(asCommonJs)).toEqual(sorted(asModule));
  });

  test("type-check in a nodenext program with the libraries' own types checked too", async () => {
    const complaints = await project.typeCheck("nodenext.mts", typedConsumer(allEntries), {
      module: "nodenext",
      types: ["node"],
    });
    expect(complaints).toBe("");
  }, 60_000);

  test("type-check in a CommonJS nodenext program", async () => {
    const complaints = await project.typeCheck("nodenext.cts", typedConsumer(allEntries), {
      module: "nodenext",
      types: ["node"],
    });
    expect(complaints).toBe("");
  }, 60_000);

  test("type-check in a bundler's program for browsers, without Node's types", async () => {
    const complaints = await project.typeCheck("bundler.ts", typedConsumer(browserEntries), {
      module: "esnext",
      moduleResolution: "bundler",
      lib: ["es2023", "dom", "dom.iterable"],
      types: [],
    });
    expect(complaints).toBe("");
  }, 60_000);

  test("refuse an import past the entry points", async () => {
    const deep = `import "@runwire/client/dist/index.js";`;
    await expect(project.runFile("deep.mjs", deep)).rejects.toThrow(
      /ERR_PACKAGE_PATH_NOT_EXPORTED/,
    );
  });

  test("mark the hooks as client code, for frameworks that render on a server", async () => {
    const readFirstLines = `
      const { readFileSync } = require("node:fs");
      const file = require.resolve("@runwire/react");
      for (const name of [file, file.replace(/cjs$/, "js")])
        console.log(readFileSync(name, "utf8").split("\\n", 2).includes('"use client";'));`;
    expect(await project.runFile("directive.cjs", readFirstLines)).toBe("true\ntrue\n");
  });

  test("bring the command runwire", async () => {
    const help = `
      const { execFileSync } = require("node:child_process");
      const { dirname, join } = require("node:path");
      const manifest = require.resolve("runwire/package.json");
      const program = join(dirname(manifest), require(manifest).bin.runwire);
      process.stdout.write(execFileSync(process.execPath, [program, "--help"]));`;
    expect(await project.runFile("bin.cjs", help)).toMatch(/serve[\s\S]*tail/);
  });
});
