import type { RunWriter } from "@runwire/agent";

/** What a run says of its work: each note and the answer once, however often the run is taken up. */
export interface Narrator {
  /** A note of the reasoning; `key` names it in this run. */
  think(key: string, text: string): void;
  /** The next paragraph of the answer. Awaiting it is back-pressure. */
  say(paragraph: string): Promise<void>;
}

const ANSWER = "answer";

/**
 * The narrator of a run.
 *
 * A run that was taken up has said things already: a note that stands is not written again, and of the answer
 * only what is still missing. Where the folder has changed meanwhile, what stands stays.
 */
export function createNarrator(run: RunWriter): Narrator {
  const written = new Map(
    run.state.parts
      .filter((part) => part.type === "message")
      .map((part) => [part.messageId, part.text]),
  );
  let answer = "";
  return {
    think(key, text) {
      const messageId = `note.${key}`;
      if (!written.has(messageId)) void run.think(text, { messageId });
    },
    async say(paragraph) {
      const start = answer.length;
      answer += `${paragraph}\n\n`;
      const missing = answer.slice(Math.max(start, written.get(ANSWER)?.length ?? 0));
      if (missing !== "") await run.say(missing, { messageId: ANSWER });
    },
  };
}
