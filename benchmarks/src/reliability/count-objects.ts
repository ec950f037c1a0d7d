import type { Readable } from "node:stream";
import { getHeapSnapshot } from "node:v8";

/** What a server makes for a connection, a subscription or a channel. */
const counted = [
  ...["Connection", "Talk", "Dialogue", "Greeting", "Outbox", "Intake", "CredentialKeeper"],
  ...["ChannelRequests", "WriteRequests", "TokenBucket", "MinuteCounter"],
  ...["Subscription", "ChannelHub", "FlushSchedule", "PendingEvents"],
  ...["WebSocket", "Receiver", "Sender", "Socket"],
] as const;

interface Snapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: readonly string[] } };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/** V8's number for a node that is an object made by a constructor. */
const objectType = 3;

/** Living objects of each class, after a collection. Stops the process for a while. */
export async function countObjects(): Promise<Readonly<Record<string, number>>> {
  const { snapshot, nodes, strings } = await readSnapshot();
  const fields = snapshot.meta.node_fields;
  const [typeAt, nameAt] = [fields.indexOf("type"), fields.indexOf("name")];
  const counts: Record<string, number> = Object.fromEntries(counted.map((name) => [name, 0]));
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (nodes[at + typeAt] !== objectType) continue;
    const name = strings[nodes[at + nameAt] ?? 0] ?? "";
    const count = counts[name];
    if (count !== undefined) counts[name] = count + 1;
  }
  return counts;
}

async function readSnapshot(): Promise<Snapshot> {
  const chunks: Buffer[] = [];
  for await (const chunk of getHeapSnapshot() as Readable) chunks.push(Buffer.from(chunk));
  // V8's own format.
  return JSON.parse(Buffer.concat(chunks).toString()) as Snapshot;
}
