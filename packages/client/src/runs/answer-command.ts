import { type CommandDelivery, isRunwireError, type RunHandlers } from "@runwire/protocol";
import { toMessageText } from "../requests/message-text.js";

/** How many answers are kept for a run. */
const maxAnswers = 1_000;

type Handler = RunHandlers["onCommand"];

/** Gives the text of the `handled` that answers a command. */
export type CommandAnswers = (command: CommandDelivery) => Promise<string>;

/** Handles each command once: one that is handed over again is answered as before. */
export function createCommandAnswers(handler: Handler): CommandAnswers {
  const answers = new Map<string, Promise<string>>();
  return (command) => {
    const { commandId } = command;
    const answer = answers.get(commandId) ?? answerCommand(handler, command);
    answers.set(commandId, answer);
    if (answers.size > maxAnswers) answers.delete([...answers.keys()][0] ?? "");
    return answer;
  };
}

/** Hands a command over, but for where it was sent to. */
export async function answerCommand(
  handler: Handler,
  { type, channel, runId, ...command }: CommandDelivery,
): Promise<string> {
  const answer = { type: "handled", commandId: command.commandId };
  try {
    const result = await handler(command);
    // It is JSON already: it is put in as it is.
    return toMessageText(answer, result === undefined ? "" : `,"result":${result}`);
  } catch (error) {
    // Somebody else's error may say more than a person should see.
    const { code, message } = isRunwireError(error) ? error : failed;
    return toMessageText({ ...answer, error: { code, message } });
  }
}

const failed = { code: "handler_failed", message: "the handler failed" };
