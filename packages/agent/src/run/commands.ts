import { isRunwireError, type RunCommand, RunwireError } from "@runwire/protocol";
import { decodeValue, encode } from "@runwire/serializer";
import { toEventError } from "../encoding/event-error.js";
import { quiet } from "../outbox/waiters.js";
import type { CommandHandler, CommandInfo } from "./run-types.js";

/** Commands whose answers a writer remembers, of all its runs; beyond them the oldest are forgotten. */
const MAX_REMEMBERED = 10_000;
/** A result is for one person's page, not a way to move files. */
const resultOptions = { limits: { maxBytes: 64 * 1024 } };

/** What a command's handler gave: JSON, or nothing. */
export type CommandAnswer = Promise<string | undefined>;

/** The commands of a run: who handles them, and what was answered. */
export class Commands {
  readonly #handlers: Map<string, CommandHandler>;
  /** Those of its writer: they outlive the run here. */
  readonly #answers: Map<string, CommandAnswer>;

  constructor(
    handlers: Readonly<Record<string, CommandHandler>>,
    answers: Map<string, CommandAnswer>,
  ) {
    this.#handlers = new Map(Object.entries(handlers));
    this.#answers = answers;
  }

  /** See `RunWriter.on`. */
  on(name: string, handler: CommandHandler): () => void {
    const before = this.#handlers.get(name);
    this.#handlers.set(name, handler);
    return () => {
      // Somebody else's handler, set since, stays.
      if (this.#handlers.get(name) !== handler) return;
      if (before) this.#handlers.set(name, before);
      else this.#handlers.delete(name);
    };
  }

  /** Handles a command once, however often it comes; rejects with a `RunwireError` for the person. */
  handle(command: RunCommand): CommandAnswer {
    const known = this.#answers.get(command.commandId);
    if (known) return known;
    const answer = quiet(this.#call(command));
    this.#answers.set(command.commandId, answer);
    this.#forgetOldest();
    return answer;
  }

  async #call({ data, ...command }: RunCommand): CommandAnswer {
    const handler = this.#handlers.get(command.name);
    if (!handler)
      throw new RunwireError(
        "no_handler",
        `the run has no handler for the command ${command.name}`,
      );
    try {
      const result = await handler(decodeValue(data), toInfo(command));
      return result === undefined ? undefined : encode(result, resultOptions);
    } catch (thrown) {
      throw toAnswer(thrown);
    }
  }

  #forgetOldest(): void {
    if (this.#answers.size <= MAX_REMEMBERED) return;
    for (const commandId of this.#answers.keys()) {
      this.#answers.delete(commandId);
      return;
    }
  }
}

function toInfo({ commandId, name, user }: Omit<RunCommand, "data">): CommandInfo {
  return { commandId, name, ...(user && { user }) };
}

function toAnswer(thrown: unknown): RunwireError {
  if (isRunwireError(thrown)) return thrown;
  const { code, message } = toEventError(thrown);
  return new RunwireError(code ?? "handler_failed", message, { cause: thrown });
}
