import { type RunTarget, RunwireError } from "@runwire/protocol";
import * as fc from "fast-check";
import type { Fault } from "./memory-target.js";

/** What befalls one publish: so many turns of waiting, then a fault or none. */
export interface Gust {
  readonly turns: number;
  readonly fault: Fault | undefined;
}

/** What befalls the publishes, one after another; those after them meet nothing. */
export const anyWeather: fc.Arbitrary<readonly Gust[]> = fc.array(
  fc.record({
    turns: fc.nat({ max: 4 }),
    fault: fc.constantFrom<Fault | undefined>(
      undefined,
      undefined,
      { code: "store_unavailable" },
      { code: "store_unavailable", isAppended: true },
      { code: "rate_limited" },
    ),
  }),
  { maxLength: 30 },
);

/** A target whose publishes are held up and fail; `refusals` are those that it made of its own. */
export function inWeather(target: RunTarget, weather: readonly Gust[]) {
  const coming = [...weather];
  const refusals: unknown[] = [];
  const publish: RunTarget["publish"] = async (request) => {
    const gust = coming.shift();
    for (let turn = 0; turn < (gust?.turns ?? 0); turn++)
      await new Promise((resolve) => setImmediate(resolve));
    if (gust?.fault && !gust.fault.isAppended) throw new RunwireError(gust.fault.code, "as told");
    const result = await target.publish(request).catch((error) => {
      refusals.push(error);
      throw error;
    });
    if (gust?.fault) throw new RunwireError(gust.fault.code, "as told");
    return result;
  };
  const suffering: RunTarget = {
    maxEventBytes: target.maxEventBytes,
    maxPublishBytes: target.maxPublishBytes,
    publish,
    attachRun: (attachment, handlers) => target.attachRun(attachment, handlers),
    fetch: (request) => target.fetch(request),
  };
  return { target: suffering, refusals };
}
