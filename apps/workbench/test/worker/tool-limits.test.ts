import { expect, test } from "vitest";
import { measureReading } from "../../src/worker/tools/measure-reading.ts";
import type { Tool } from "../../src/worker/tools/tool.ts";
import { createFolder } from "../support/folders.ts";
import { runIn } from "../support/run-tool.ts";

test("stops a tool when its time is up, with a sentence that says so", async () => {
  const folder = createFolder({ "a.txt": "1" });
  const hasty = { ...measureReading, timeLimitMs: 60 };
  const measuring = runIn(folder, hasty, { paths: ["a.txt"], seconds: 30 });
  await expect(measuring).rejects.toThrow(
    "measure_reading took longer than 0.06 s and was stopped",
  );
});

test("leaves a tool behind that does not look at its signal", async () => {
  const deaf: Tool<null, never> = {
    name: "deaf",
    timeLimitMs: 30,
    run: () => new Promise(() => {}),
  };
  await expect(runIn(createFolder(), deaf, null)).rejects.toThrow("deaf took longer");
});

test("ends with the run's own reason when the run is cancelled", async () => {
  const folder = createFolder({ "a.txt": "1" });
  const abort = new AbortController();
  const input = { paths: ["a.txt"], seconds: 30 };
  const measuring = runIn(folder, measureReading, input, [], abort.signal);
  abort.abort(new Error("cancelled by a person"));
  await expect(measuring).rejects.toThrow("cancelled by a person");
});
