// A process that ends in the line after its run's end.
import { startRun } from "@runwire/agent";
import { createRunwireClient } from "@runwire/client";

const [url = "", channel = "", runId = ""] = process.argv.slice(2);
const client = createRunwireClient({ url });
const run = await startRun(client, { channel, runId, agent: { name: "hasty" } });
for (let word = 0; word < 50; word += 1) run.say(`${word} `);
await run.complete();
process.exit(0);
