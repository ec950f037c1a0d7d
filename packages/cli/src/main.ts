#!/usr/bin/env node
import { CommanderError } from "commander";
import { createProgram } from "./create-program.js";
import { EXIT_MISUSE, Misuse, toLine, toMessage } from "./misuse.js";

/** Says in one line what is wrong, and ends with the code that fits. */
function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    // Commander has said it already; asking for help is no mistake.
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_MISUSE;
    return;
  }
  process.stderr.write(`runwire: ${toLine(toMessage(error))}\n`);
  process.exitCode = error instanceof Misuse ? EXIT_MISUSE : 1;
}

// Whoever reads along may leave first: `runwire tail … | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

createProgram().parseAsync().catch(fail);
