import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}

it("shows an example that runs, and says what it prints", async () => {
  const [, shown] = /```ts\n([\s\S]*?)```/.exec(read("../../README.md")) ?? [];
  const tried = read("example.ts")
    .replace("../../src/index.js", "@runwire/protocol")
    .replace("../../src/schemas.js", "@runwire/protocol/schemas");
  expect(shown).toBe(tried);

  const printed: unknown[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((value) => printed.push(value));
  await import("./example.js");
  log.mockRestore();
  expect(printed).toEqual([
    [{ type: "message", messageId: "m1", kind: "output", text: "Hello" }],
    3,
    expect.stringMatching(/^run check: ok\n/),
    "kind must be one of reasoning, output",
  ]);
});
