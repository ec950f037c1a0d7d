import { randomBytes } from "node:crypto";
import { RunwireError } from "@runwire/protocol";

/** The environment of a store, with real defaults. */
export interface StoreEnvironment {
  /** The time by which leases lapse, milliseconds since 1970. @default Date.now */
  readonly clock?: () => number;
  /** That many random bytes, for epochs and command ids. @default crypto.randomBytes */
  readonly random?: (byteCount: number) => Uint8Array;
}

/** {@link StoreEnvironment} with its defaults. */
export function resolveEnvironment(options: StoreEnvironment): Required<StoreEnvironment> {
  return { clock: options.clock ?? Date.now, random: options.random ?? randomBytes };
}

/** What every method answers after `close`. */
export function closedError(): RunwireError<"closed"> {
  return new RunwireError("closed", "this store was closed; open another one");
}
