import type { ConnectionInfo, RunwireClient } from "@runwire/client";
import { isRunwireError } from "@runwire/protocol";
import { toLine, toMessage } from "../misuse.js";

/** Tells on stderr when the connection is away and when it is back, once for each. */
export function tellConnection(client: RunwireClient): void {
  let wasAway = false;
  client.onStatus((info) => {
    // A refused token is tried once more and then is the end, which is told as such.
    if (isRunwireError(info.error) && info.error.code === "unauthenticated") return;
    const isAway = info.status === "waiting" || info.status === "parked";
    if (isAway && !wasAway) tell(`not connected${toWhy(info)}; trying again`);
    if (info.status === "connected" && wasAway) tell("connected again");
    if (isAway) wasAway = true;
    if (info.status === "connected") wasAway = false;
  });
}

function toWhy({ error }: ConnectionInfo): string {
  return error ? ` (${toMessage(error)})` : "";
}

function tell(text: string): void {
  process.stderr.write(`runwire: ${toLine(text)}\n`);
}
