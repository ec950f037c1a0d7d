import { createMemoryStore } from "@runwire/store";
import { describe, expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { createRunwireServer, defaultServerOptions } from "../src/index.ts";
import { resolveOptions } from "../src/options.ts";
import { SERVER_VERSION } from "../src/version.ts";

const store = createMemoryStore();
const open = { store, access: "open-to-everyone" } as const;
// Wrong on purpose; the types would not allow it.
const resolve = (given: object) => resolveOptions({ ...open, ...given } as never);

const leaves = Object.entries(defaultServerOptions).flatMap(([group, values]) =>
  Object.entries(values).flatMap(([name, value]) =>
    typeof value === "number" ? [[group, name, value] as const] : [],
  ),
);

describe.each(leaves)("%s.%s", (group, name, value) => {
  test(`is ${value} unless given, and what is given else`, () => {
    expect(resolve({})).toMatchObject({ [group]: { [name]: value } });
    expect(resolve({ [group]: { [name]: 7 } })).toMatchObject({ [group]: { [name]: 7 } });
    expect(resolve({ [group]: { [name]: undefined } })).toMatchObject({
      [group]: { [name]: value },
    });
  });

  test.each([[-1], [Number.NaN], ["7"], [null], [true]])("cannot be %s", (wrong) => {
    expect(() => resolve({ [group]: { [name]: wrong } })).toThrow(`${group}.${name} must be`);
  });
});

test.each([
  ["limits", "maxMessageBytes"],
  ["limits", "maxFragments"],
  ["limits", "maxPendingPongs"],
  ["replay", "pageEvents"],
  ["heartbeat", "intervalMs"],
  ["batch", "maxEvents"],
  ["auth", "maxConcurrent"],
])("%s.%s cannot be 0, which would mean no bound or no end", (group, name) => {
  expect(() => resolve({ [group]: { [name]: 0 } })).toThrow("must be more than 0");
});

test.each([
  ["batch", "windowMs"],
  ["batch", "minWindowMs"],
  ["replay", "cacheBytes"],
  ["drain", "spreadMs"],
  ["drain", "intervalMs"],
  ["drain", "graceMs"],
])("%s.%s may be 0", (group, name) => {
  expect(resolve({ [group]: { [name]: 0 } })).toMatchObject({ [group]: { [name]: 0 } });
});

test.each([["messageRate"], ["subscribeRate"], ["connectRatePerAddress"]])(
  "limits.%s needs both of its numbers",
  (name) => {
    for (const wrong of [{ perSecond: 1 }, { burst: 1 }, { perSecond: 0, burst: 1 }, 5, {}])
      expect(() => resolve({ limits: { [name]: wrong } })).toThrow(`limits.${name}`);
  },
);

test.each([["maxConnectionsPerAddress"], ["publishBytesPerSecond"]])(
  "limits.%s is none unless given, and must be a number else",
  (name) => {
    expect(resolve({}).limits).toHaveProperty(name, undefined);
    expect(resolve({ limits: { [name]: 70_000 } }).limits).toHaveProperty(name, 70_000);
    for (const wrong of [0, -1, Number.NaN, "7", null, true])
      expect(() => resolve({ limits: { [name]: wrong } })).toThrow(`limits.${name} must be`);
  },
);

test("a budget of publishes may not leave a socket unread for longer than a client waits", () => {
  const maxMessageBytes = 200_000;
  const ofBytes = (publishBytesPerSecond: number) => () =>
    resolve({ limits: { maxMessageBytes, publishBytesPerSecond } });
  expect(ofBytes(9_999)).toThrow("publishBytesPerSecond must be at least 10000");
  expect(ofBytes(10_000)).not.toThrow();
  expect(ofBytes(10_001)).not.toThrow();
});

test("an option that there is not is an error, not a silence", () => {
  expect(() => resolve({ limits: { maxConections: 1 } })).toThrow("limits.maxConections is no");
  expect(() => resolve({ limits: { __proto__: null, constructor: 1 } })).toThrow("is no option");
});

test.each([
  ["nobody says who may use it", { store }, /nobody has said/],
  ["authorize is missing", { store, authenticate: () => null }, /nobody has said/],
  ["the store is missing", { access: "open-to-everyone" }, /store is missing/],
  ["nothing is given", undefined, /store is missing/],
  ["access is misspelt", { store, access: "open" }, /access takes only/],
  [
    "both ways are given",
    { store, access: "open-to-everyone", authorize: () => true },
    /exclude each other/,
  ],
])("no server is made when %s", (_what, options, message) => {
  expect(() => createRunwireServer(options as never)).toThrow(message);
});

test("the version is the package's", () => {
  expect(SERVER_VERSION).toBe(packageJson.version);
});
