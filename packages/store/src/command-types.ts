import type { ErrorCode, UserRef } from "@runwire/protocol";

/** A command as it came in. */
export interface NewCommand {
  readonly channel: string;
  /** The requester's idempotency key, for user and channel. */
  readonly id: string;
  readonly user?: UserRef;
  readonly runId: string;
  readonly name: string;
  /** JSON text. */
  readonly data?: string;
}

/** How a command ended. `result` is a JSON text. */
export type CommandAnswer =
  | { readonly type: "commanded"; readonly result?: string }
  | {
      readonly type: "error";
      readonly code: ErrorCode;
      readonly message: string;
      readonly reason?: string;
    };

/** Who waits for which command, {@link EventStore.callCommand}. */
export interface CommandCallRequest {
  readonly channel: string;
  readonly commandId: string;
  /** Milliseconds from now on, by the store's clock; 0 ends it. */
  readonly forMs: number;
}

/** What became of a command that somebody waits for, wherever its run's writer is. */
export interface CommandCall {
  /** Since this call began. */
  readonly isHandedOver: boolean;
  /** The one that is remembered, else that of this call. */
  readonly answer?: CommandAnswer;
}

/** A command as the store keeps it. */
export interface CommandRow extends NewCommand {
  /** Given by the store; the same however often the command is handed over. */
  readonly commandId: string;
  /** By the store's clock, milliseconds. */
  readonly createdAt: number;
  /** Absent while nobody has answered it. */
  readonly answer?: CommandAnswer;
}
