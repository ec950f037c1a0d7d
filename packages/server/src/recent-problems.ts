import type { Clock } from "@runwire/protocol";
import type { Logger } from "./logger.js";
import type { ServerProblem } from "./server-diagnostics.js";

const mostProblems = 50;

/** Passes on what a logger is told, and keeps the last messages of it, without their details. */
export class RecentProblems implements Logger {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #problems: ServerProblem[] = [];

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** The latest last. */
  get all(): readonly ServerProblem[] {
    return [...this.#problems];
  }

  warn(message: string, details?: unknown): void {
    this.#keep("warn", message);
    this.#logger.warn(message, details);
  }

  error(message: string, details?: unknown): void {
    this.#keep("error", message);
    this.#logger.error(message, details);
  }

  #keep(level: ServerProblem["level"], message: string): void {
    this.#problems.push({ time: this.#clock.now(), level, message });
    if (this.#problems.length > mostProblems) this.#problems.shift();
  }
}
