import * as fc from "fast-check";
import { expect, it } from "vitest";
import { expectTold, readLog } from "./support/expect-told.js";
import { MemoryTarget } from "./support/memory-target.js";
import { performProgram } from "./support/perform-program.js";
import { anyProgram } from "./support/programs.js";
import { anyWeather, inWeather } from "./support/weather.js";

it("writes a history that the rules accept, whatever the program does and the log suffers", async () => {
  await fc.assert(
    fc.asyncProperty(anyProgram, anyWeather, async (program, weather) => {
      const log = new MemoryTarget();
      const { target, refusals } = inWeather(log, weather);
      const performance = await performProgram(target, program);
      expect(refusals).toEqual([]);
      expect(performance.pendingTimers).toBe(0);
      expect(log.attached.size).toBe(0);
      expectTold(await readLog(log), performance);
    }),
    { numRuns: 150 },
  );
});
