// #region by-hand
import { type RunWriter, startRun } from "@runwire/agent";
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

export async function finishMail(run: RunWriter, mail: Mail, send: (mail: Mail) => Promise<void>) {
  await run.tool("send_mail", mail, async (input, { awaitApproval }) => {
    await awaitApproval(); // shows `awaiting_approval` until a person says approve or reject
    await send(input);
  });
  await run.complete({ output: { sentTo: mail.to } });
}
// #endregion
