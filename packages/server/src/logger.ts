import { toLoggable } from "./loggable.js";

/**
 * Where the server tells of what it survived: a handler of the application that threw, a store that failed.
 * pino and `console` fit as they are. Never gets a token, a cookie or a writer's name: of an error it gets name,
 * message, stack, `code` and causes, and nothing else that the error carries along.
 *
 * @example
 * createRunwireServer({ store, authenticate, authorize, logger: console });
 */
export interface Logger {
  warn(message: string, details?: unknown): void;
  error(message: string, details?: unknown): void;
}

/** Says nothing: the default. */
export const silentLogger: Logger = { warn() {}, error() {} };

/** A logger whose own failures stay inside, and which gets no more of an error than it should. */
export function guardLogger(logger: Logger): Logger {
  const guarded =
    (level: keyof Logger) =>
    (message: string, details?: unknown): void => {
      try {
        if (details === undefined) logger[level](message);
        else logger[level](message, toLoggable(details));
      } catch {
        // A logger that throws must not take a connection with it, and there is nobody else to tell.
      }
    };
  return { warn: guarded("warn"), error: guarded("error") };
}
