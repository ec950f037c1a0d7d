import { type CommandDelivery, isRunwireError, type RunHandlers } from "@runwire/protocol";
import { toMessageText } from "../requests/message-text.js";

/** How many answers are kept for a run. */
const maxAnswers = 1_000;

/** Gives the text of the `handled` that answers a command. */
export type CommandAnswers = (command: CommandDelivery) => Promise<string>;

/** Handles each command once: one that is handed over again is answered as before. */
export function createCommandAnswers(handlers: RunHandlers): CommandAnswers {
  const answers = new Map<string, Promise<string>>();
  return (command) => {
    const { commandId } = command;
    const answer = answers.get(commandId) ?? handle(handlers, command);
    answers.set(commandId, answer);
    if (answers.size > maxAnswers) answers.delete([...answers.keys()][0] ?? "");
    return answer;
  };
}

/** For a run that is not here, or not any more. */
export const answerNobody: CommandAnswers = async ({ commandId }) =>
  toText(
    commandId,
    toErrorMember({ code: "no_handler", message: "nobody here handles commands of this run" }),
  );

async function handle(
  handlers: RunHandlers,
  { commandId, name, user, ...rest }: CommandDelivery,
): Promise<string> {
  try {
    const data = "data" in rest && { data: rest.data };
    const result = await handlers.onCommand({ commandId, name, ...data, ...(user && { user }) });
    return toText(commandId, result === undefined ? "" : `,"result":${result}`);
  } catch (error) {
    // Somebody else's error may say more than a person should see.
    const isOurs = isRunwireError(error);
    return toText(commandId, toErrorMember(isOurs ? error : failed));
  }
}

const failed = { code: "handler_failed", message: "the handler failed" };

/** The member is JSON already: it is put in as it is. */
function toText(commandId: string, member: string): string {
  return toMessageText({ type: "handled", commandId }, member);
}

function toErrorMember({ code, message }: { readonly code: string; readonly message: string }) {
  return `,"error":${JSON.stringify({ code, message })}`;
}
