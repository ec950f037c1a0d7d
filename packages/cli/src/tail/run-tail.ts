import { createRunwireClient, type RunwireClient } from "@runwire/client";
import { isChannelName, isRunwireError, type Position, parsePosition } from "@runwire/protocol";
import { Misuse } from "../misuse.js";
import { createEventPrinter } from "./event-printer.js";
import { tellConnection } from "./tell-connection.js";

/** The flags of `runwire tail`. */
export interface TailFlags {
  readonly token?: string;
  readonly from: string;
  readonly json: boolean;
}

/**
 * Prints a channel's events, each once and in order, until a signal comes or the channel cannot be read.
 *
 * @throws Misuse for a wrong argument, or a token that the server does not take
 * @throws RunwireError when the server refuses, or the log cannot be continued
 */
export async function runTail(url: string, channel: string, flags: TailFlags): Promise<void> {
  const from = toFrom(flags.from);
  if (!isChannelName(channel))
    throw new Misuse(
      `“${channel}” is no channel name; use 1 to 200 of A–Z a–z 0–9 . _ : / @ + -, no part empty.`,
    );
  const client = createClient(url, flags.token);
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
  tellConnection(client);
  const print = createEventPrinter(flags.json);
  try {
    for await (const event of client.channel(channel).events({ from, signal: ended.signal }))
      for (const line of print(event)) process.stdout.write(`${line}\n`);
  } catch (error) {
    throw toTokenProblem(error, flags.token) ?? error;
  } finally {
    await client.close();
  }
}

/** The sentence for a person whose token the server does not take, where that is what happened. */
function toTokenProblem(error: unknown, token: string | undefined): Misuse | undefined {
  const cause = isRunwireError(error) ? error.cause : undefined;
  if (!isRunwireError(cause) || cause.code !== "unauthenticated") return undefined;
  return new Misuse(
    token === undefined
      ? "The server wants to know who you are; give --token, or set RUNWIRE_TOKEN."
      : "The server does not take this token; give another with --token or RUNWIRE_TOKEN.",
  );
}

function toFrom(text: string): "start" | "now" | Position {
  if (text === "start" || text === "now") return text;
  const position = parsePosition(text);
  if (position) return position;
  throw new Misuse(`--from takes start, now or EPOCH:OFFSET, not “${text}”.`);
}

function createClient(url: string, token: string | undefined): RunwireClient {
  if (!/^(ws|http)s?:\/\//.test(url) || !URL.canParse(url))
    throw new Misuse(`“${url}” is no address; give one like ws://127.0.0.1:4710/runwire.`);
  try {
    // What is printed is what the log keeps.
    return createRunwireClient({ url, decodeValues: false, ...(token !== undefined && { token }) });
  } catch (error) {
    if (isRunwireError(error)) throw new Misuse(error.message);
    throw error;
  }
}
