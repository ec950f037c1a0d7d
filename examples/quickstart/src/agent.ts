// #region agent
import { withRun } from "@runwire/agent";
import type { RunTarget } from "@runwire/protocol";
import { grep } from "./grep.ts";

/** `target` is the server, or a client in another process. */
export function research(target: RunTarget, folder: string) {
  const options = { channel: "chat:42", agent: { name: "researcher" }, input: { folder } };
  return withRun(target, options, async (run) => {
    run.think("I should look for what is still to do."); // reasoning, streams
    const hits = await run.tool("grep", { folder, pattern: "TODO" }, (input, call) =>
      grep(input, (fraction) => call.progress({ fraction }), call.signal),
    );
    run.say(`${hits.length} TODOs are left.`); // the answer, streams
    return hits; // returned → success; thrown → error; run.signal aborted → cancelled
  });
}
// #endregion
