// #region resume
import { resumeRun } from "@runwire/agent";
import type { RunTarget } from "@runwire/protocol";
import { finishMail, type Mail } from "./mail.ts";

/** After the worker died: `run.state` says what was done and what is still open. */
export async function resumeMail(
  target: RunTarget,
  runId: string,
  send: (mail: Mail) => Promise<void>,
) {
  await using run = await resumeRun(target, { channel: "chat:42", runId });
  for (const part of run.state.parts)
    if (part.type === "tool" && part.completedAt === undefined)
      await run.failTool(part.toolCallId, new Error("the worker stopped"));
  await finishMail(run, run.state.input as Mail, send); // startMail wrote it
}
// #endregion
