// #region by-hand
import { type RunWriter, resumeRun, startRun } from "@runwire/agent";
import type { RunTarget } from "@runwire/protocol";

export interface Mail {
  readonly to: string;
  readonly text: string;
}

export async function startMail(
  target: RunTarget,
  mail: Mail,
  send: (mail: Mail) => Promise<void>,
) {
  // Disposed without an end, the run is `abandoned` (`cancelled`, where a person cancelled it): never silent.
  await using run = await startRun(target, {
    channel: "chat:42",
    agent: { name: "secretary" },
    input: mail,
  });
  await finishMail(run, mail, send);
}

async function finishMail(run: RunWriter, mail: Mail, send: (mail: Mail) => Promise<void>) {
  await run.tool("send_mail", mail, async (input, { awaitApproval }) => {
    await awaitApproval(); // shows `awaiting_approval` until a person says approve or reject
    await send(input);
  });
  await run.complete({ output: { sentTo: mail.to } });
}
// #endregion

// #region resume
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
