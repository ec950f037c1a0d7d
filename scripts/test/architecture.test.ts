import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { entryFiles } from "../architecture/entry-files.mjs";
import { packageImports } from "../architecture/tables.mjs";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const packages = Object.keys(packageImports);

// A workspace with this repository's manifests and nothing in its entry points.
let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "runwire-architecture-"));
  cpSync(join(repository, "tsconfig.json"), join(workspace, "tsconfig.json"));
  cpSync(join(repository, "tsconfig.base.json"), join(workspace, "tsconfig.base.json"));
  mkdirSync(join(workspace, "node_modules/@runwire"), { recursive: true });
  write("node_modules/zod/package.json", `{ "name": "zod", "main": "index.js" }`);
  write("node_modules/zod/index.js", "");
  write("scripts/placeholder.ts", "export {};");
  for (const name of packages) {
    const folder = `packages/${name}`;
    write(`${folder}/src/placeholder.ts`, "export {};");
    cpSync(join(repository, folder, "package.json"), join(workspace, folder, "package.json"));
    symlinkSync(
      join(workspace, folder),
      join(workspace, "node_modules/@runwire", name),
      "junction",
    );
    for (const file of entryFiles(folder, repository)) write(file, "export {};");
  }
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

function write(file: string, source: string): void {
  mkdirSync(dirname(join(workspace, file)), { recursive: true });
  writeFileSync(join(workspace, file), source);
}

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

/** Runs one set of rules over the workspace; gives "rule: file" for each violation. */
function violations(rules: "import-rules" | "browser-rules"): string[] {
  const program = join(repository, "node_modules/.bin/depcruise");
  const config = join(repository, "scripts/architecture", `${rules}.mjs`);
  const folders = readdirSync(workspace).filter((name) => ["packages", "apps"].includes(name));
  const { stdout, stderr } = spawnSync(
    program,
    ["--config", config, "--output-type", "json", ...folders],
    { cwd: workspace, encoding: "utf8", shell: process.platform === "win32" },
  );
  if (!stdout) throw new Error(stderr);
  const report = JSON.parse(stdout) as { summary: { violations: Violation[] } };
  return report.summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`).sort();
}

describe("the rules for imports", () => {
  test("find nothing in a workspace that keeps them", () => {
    write("packages/server/src/connection/a.ts", `import "../log/b.js"; import "@runwire/store";`);
    write("packages/server/src/log/b.ts", "export {};");
    write("apps/page/src/main.ts", `import "@runwire/client"; import "@runwire/store/sqlite";`);
    expect(violations("import-rules")).toEqual([]);
  });

  test("find a cycle, of types too", () => {
    write("packages/agent/src/a.ts", `import type { B } from "./b.js"; export type A = B[];`);
    write("packages/agent/src/b.ts", `import type { A } from "./a.js"; export type B = A[];`);
    expect(violations("import-rules")).toEqual(["no-cycle: packages/agent/src/a.ts"]);
  });

  test("find an import against the arrows between packages", () => {
    write("packages/protocol/src/up.ts", `import type {} from "@runwire/client";`);
    write("packages/client/src/sideways.ts", `import "@runwire/server";`);
    expect(violations("import-rules")).toEqual([
      "client-imports-only-its-own: packages/client/src/sideways.ts",
      "protocol-imports-only-its-own: packages/protocol/src/up.ts",
    ]);
  });

  test("find an import against the arrows between rooms, and a room that has no place", () => {
    write("packages/server/src/log/up.ts", `import "../channels/c.js";`);
    write("packages/server/src/channels/c.ts", "export {};");
    write("packages/server/src/attic/a.ts", `import "../log/b.js";`);
    write("packages/server/src/log/b.ts", "export {};");
    write("packages/server/src/log/entry.ts", `import "../index.js";`);
    expect(violations("import-rules")).toEqual([
      "server-has-a-room-without-a-place: packages/server/src/attic/a.ts",
      "server-imports-its-own-entry: packages/server/src/log/entry.ts",
      "server-log-imports-only-its-own: packages/server/src/log/up.ts",
    ]);
  });

  test("find an application that imports what is not published", () => {
    write("packages/store/src/inside.ts", "export {};");
    write("apps/page/src/by-path.ts", `import "../../../packages/store/src/inside.js";`);
    write("apps/page/src/deep.ts", `import "@runwire/store/inside";`);
    expect(violations("import-rules")).toEqual([
      "applications-use-published-packages: apps/page/src/by-path.ts",
      "every-import-resolves: apps/page/src/deep.ts",
      "other-packages-by-name-only: apps/page/src/by-path.ts",
    ]);
  });
});

describe("the rules for browsers", () => {
  test("find Node and zod behind any number of imports", () => {
    write("packages/client/src/a.ts", `import "./b.js";`);
    write("packages/client/src/b.ts", `import "node:fs"; import "events";`);
    write("packages/protocol/src/schemas.ts", `import "zod";`);
    write("packages/react/src/c.ts", `import "@runwire/protocol/schemas";`);
    expect([...new Set(violations("browser-rules"))]).toEqual([
      "no-node-in-the-browser: packages/client/src/a.ts",
      "no-node-in-the-browser: packages/client/src/b.ts",
      "no-zod-in-the-browser: packages/react/src/c.ts",
    ]);
  });

  test("let a type pass, which is gone when the program runs", () => {
    write("packages/protocol/src/schemas.ts", `import "zod"; export type A = 1;`);
    write("packages/client/src/a.ts", `export type { A } from "@runwire/protocol/schemas";`);
    expect(violations("browser-rules")).toEqual([]);
  });
});
