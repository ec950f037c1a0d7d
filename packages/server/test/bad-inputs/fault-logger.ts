import type { Logger } from "../../src/logger.ts";

/** The one line that a client can cause by what it sends: it gave an id to two publishes. It comes once. */
const ofItsSender = "came again under its id with other events";

/** Keeps what a server tells of its own faults in `faults`; the line above the second time. */
export function createFaultLogger(faults: unknown[]): Logger {
  let isTold = false;
  return {
    warn(message, ...details) {
      if (!isTold && message.includes(ofItsSender)) isTold = true;
      else faults.push([message, ...details]);
    },
    error: (...told) => void faults.push(told),
  };
}
