import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { internalNames } from "../internal-names.js";

const client = join(import.meta.dirname, "../src");
const protocol = join(import.meta.dirname, "../../protocol/src");

/** The files whose types applications see. */
const published = [
  "client-options.ts",
  "client-types.ts",
  "connection/backoff.ts",
  "page-signals.ts",
  "requests/server-error.ts",
];

/** Of the platform, what the client has in its hands. */
const platform: readonly object[] = [
  ...[Array, Map, Set, WeakMap, Promise, Error, String, Number, RegExp, Uint32Array],
  ...[
    URL,
    TextEncoder,
    AbortController,
    AbortSignal,
    EventTarget,
    MessageEvent,
    WebSocket,
    Response,
  ],
].flatMap((kind) => [kind, kind.prototype]);

function read(folder: string, files: readonly string[]): string {
  const sources = files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
  return sources.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
}

const sources = read(client, globSync("**/*.ts", { cwd: client }));
const others = read(client, published) + read(protocol, globSync("**/*.ts", { cwd: protocol }));

/** Who else says the name of a property. */
function saysItToo(name: string): string | undefined {
  const member = new RegExp(`(^|[{,;(])\\s*(readonly )?${name}\\??[:(<]|\\.${name}\\b`, "m");
  if (member.test(others)) return "protocol or application";
  if (platform.some((object) => name in object)) return "platform";
  // As a value it may be the key of a table; with `in` and in brackets it is written short as well.
  if (new RegExp(`(?<!\\w\\[)"${name}"(?! in )`).test(sources)) return "text";
  return undefined;
}

describe("the names that the build writes short", () => {
  it.each(internalNames)("are said by nobody else: %s", (name) => {
    expect(saysItToo(name)).toBeUndefined();
    expect(sources).toMatch(new RegExp(`\\b${name}\\b`));
  });

  it.each([
    ["offset", "protocol or application"],
    ["publish", "protocol or application"],
    ["retryAt", "protocol or application"],
    ["unansweredLimit", "protocol or application"],
    ["throwIfAborted", "platform"],
    ["authorized", "text"],
  ])("would not do if it were %s", (name, who) => {
    expect(saysItToo(name)).toBe(who);
  });

  it("stand for properties of modules that hold nothing but constants, for so they are built", () => {
    expect(sources).not.toMatch(/^(export )?let /m);
  });
});
