// A process that writes runs until its input ends, and tells on stdout what it asked for and what it was answered.
import { writeSync } from "node:fs";
import { createRunwireClient } from "@runwire/client";
import { systemClock } from "@runwire/protocol";
import { Application } from "../application/application.ts";
import type { HistoryEntry } from "../checker/history.ts";

const [url = "", user = "worker"] = process.argv.slice(2);

const unanswered = new Set<string>();

/** Written before anything else happens: what is told is true, even if this process dies in the next line. */
function note(entry: HistoryEntry): void {
  if (entry.type === "publish") unanswered.add(entry.id);
  if (entry.type === "published" || entry.type === "refused") unanswered.delete(entry.id);
  writeSync(1, `${JSON.stringify(entry)}\n`);
}

const backoff = { firstMs: 5, maxMs: 50, attempts: 1_000_000 };
const client = createRunwireClient({ url, backoff });
const application = new Application({
  user,
  client,
  clock: systemClock,
  random: Math.random,
  note,
});

let isOver = false;
process.stdin.resume().once("end", () => {
  isOver = true;
});
for (let turn = 0; !isOver; turn += 1) {
  if (turn % 40 === 0) application.write("start", 1);
  application.write(turn % 3 === 0 ? "note" : "say", 2);
  if (turn % 5 === 0) application.publish();
  if (turn % 40 === 39) application.write("complete", 1);
  await pause(20);
}
application.write("complete", 1);
do await pause(50);
while (unanswered.size > 0);
await client.close();

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
