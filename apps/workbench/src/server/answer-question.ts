import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { publishCustom } from "@runwire/agent";
import type { RunTarget } from "@runwire/protocol";
import { UserProblem } from "../shared/fail.ts";
import { CHANNEL, QUESTION } from "../shared/question.ts";
import { MAX_QUESTION_LENGTH, readQuestion } from "./read-question.ts";
import { sendJson } from "./send.ts";

/** The largest body that is looked at, in bytes: the longest question in any script, and its folder. */
const MAX_BODY_BYTES = 16 * 1024;
/** Up to here a body that is too large is read to its end, so that the browser shows the answer. */
const MAX_DISCARDED_BYTES = 8 * 1024 * 1024;

/**
 * Takes a question: checks it, and writes it into the channel, from where the worker takes it up even if
 * nobody was at work when it was asked.
 */
export async function answerQuestion(
  runwire: RunTarget,
  defaultFolder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (!request.headers["content-type"]?.startsWith("application/json"))
      return sendJson(response, 415, { message: "A question is sent as application/json." });
    const body = await readBody(request);
    if (body === undefined) {
      response.setHeader("connection", "close"); // the body may not have been read to its end
      const most = MAX_QUESTION_LENGTH.toLocaleString("en");
      const message = `The question is too long; at most ${most} characters are taken.`;
      return sendJson(response, 413, { message });
    }
    const checked = await readQuestion(parseJson(body), defaultFolder);
    const runId = randomUUID();
    await publishCustom(runwire, {
      channel: CHANNEL,
      name: QUESTION,
      key: runId,
      data: { ...checked, runId, askedAt: new Date() },
      priority: "high",
    });
    sendJson(response, 201, { runId });
  } catch (error) {
    if (error instanceof UserProblem) return sendJson(response, 400, { message: error.message });
    process.stderr.write(
      `a question was not kept: ${error instanceof Error ? error.message : error}\n`,
    );
    sendJson(response, 503, { message: "The question could not be kept. Please try again." });
  }
}

/** The body as text, or `undefined` when it is longer than {@link MAX_BODY_BYTES}. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_DISCARDED_BYTES) return undefined;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserProblem("The question is not valid JSON.");
  }
}
