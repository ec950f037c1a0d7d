import { describe, expect, it } from "vitest";
import { createRunwireClient, type RunwireClientOptions } from "../src/index.js";

/** As a page without a compiler calls it. */
function create(options: Readonly<Record<string, unknown>>) {
  return createRunwireClient({ url: "ws://server.test", ...options } as RunwireClientOptions);
}

describe("an option that is not what it should be", () => {
  it.each([
    ["queueLimit", { queueLimit: -1 }, "number, from 0"],
    ["queueLimit", { queueLimit: Number.NaN }, "number, from 0"],
    ["lingerMs", { lingerMs: "soon" }, "number, from 0"],
    ["probeMs", { probeMs: undefined }, "number, from 0"],
    ["firstMs", { backoff: { firstMs: "x" } }, "number, from 0"],
    ["attempts", { backoff: { attempts: -3 } }, "number, from 0"],
    ["decodeValues", { decodeValues: "no" }, "boolean"],
    ["random", { random: 0.5 }, "function"],
    ["clock", { clock: Date.now }, "object"],
    ["token", { token: 5 }, "string"],
    ["token", { token: { id: "ann" } }, "string"],
  ])("%s is refused at once, by its name: %j", (name, options, kind) => {
    expect(() => create(options)).toThrow(
      expect.objectContaining({
        code: "invalid_options",
        message: `${name} must be of type ${kind}`,
      }),
    );
  });

  it.each([
    {},
    { token: undefined, onReport: undefined },
    { token: "t" },
    { token: () => "t" },
    { queueLimit: 0, lingerMs: 0, probeMs: 0.5, backoff: {} },
    { queueLimit: Number.POSITIVE_INFINITY, backoff: { parkedMs: Number.POSITIVE_INFINITY } },
  ])("is not: %j", (options) => {
    expect(() => create(options)).not.toThrow();
  });
});
