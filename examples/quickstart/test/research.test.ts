import { fileURLToPath } from "node:url";
import { captureRun } from "@runwire/testing";
import "@runwire/testing/vitest";
import { expect, test } from "vitest";
import { research } from "../src/agent.ts";

const folder = fileURLToPath(new URL("../src", import.meta.url));

test("the researcher looks for TODOs, says how many there are, and ends well", async () => {
  const { events, runs, output } = await captureRun((target) => research(target, folder));
  expect(events).toBeACompleteRun({ outcome: "success" });
  expect(events).toHaveToolCall("grep", { input: { folder, pattern: "TODO" }, output });
  const said = `${output?.length} TODOs are left.`;
  expect(runs[0]?.parts.at(-1)).toMatchObject({ kind: "output", text: said });
});
