import type { Logger } from "../../src/logger.ts";

/** A logger that keeps what it is told, details included. */
export function createCollectingLogger() {
  const lines: { readonly message: string; readonly details: unknown }[] = [];
  const keep = (message: string, details?: unknown) => void lines.push({ message, details });
  const logger: Logger = { warn: keep, error: keep };
  return { logger, lines };
}
