import type { UserRef } from "@runwire/protocol";

/** A command on its way to a run's writer. */
export interface HandedCommand {
  readonly commandId: string;
  readonly channel: string;
  readonly runId: string;
  readonly name: string;
  /** JSON text. */
  readonly data?: string;
  readonly user?: UserRef;
}

/** Where the writer of a run can be reached. */
export interface WriterLink {
  /** Grows with each welcome: a run's commands never go back to an earlier link while a later one lives. */
  readonly order: number;
  hand(command: HandedCommand): void;
}

/** What a handler answered. */
export interface HandlerAnswer {
  /** JSON text. */
  readonly result?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Where an answer comes from. */
export interface Answerer {
  readonly link: WriterLink;
  /** Whether this link has the run under the run's present writer. */
  holds(channel: string, runId: string, writer: string | undefined): boolean;
}
