// The agent's process: node src/worker.ts URL [PAGE…]. It first finishes what a worker before it left open.
import { resumeRun, startRun } from "@runwire/agent";
import { createRunwireClient } from "@runwire/client";
import { countWords, type Job } from "./count-words.ts";

const [url = "ws://127.0.0.1:3000/runwire", ...pages] = process.argv.slice(2);
const client = createRunwireClient({ url, token: "token-of-the-worker" });

// One worker has this channel. So whatever still runs there belongs to one that has died.
const { runs } = await client.channel("pages").runs({ limit: 100 });
for (const { runId, status } of runs) if (status === "running") await finish(runId);
if (pages.length > 0) await start({ pages });
await client.close();

async function start(job: Job): Promise<void> {
  const agent = { name: "reader" };
  await using run = await startRun(client, { channel: "pages", agent, input: job });
  await countWords(run);
}

async function finish(runId: string): Promise<void> {
  await using run = await resumeRun(client, { channel: "pages", runId });
  for (const part of run.state.parts)
    if (part.type === "tool" && part.completedAt === undefined)
      await run.failTool(part.toolCallId, new Error("the worker died"));
  await countWords(run);
}
