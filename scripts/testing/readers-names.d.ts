// What a sample of a README may use without saying where it comes from: the reader's own program. Nothing of
// runwire stands here but the types of what the reader has at hand by then.
import type { RunWriter } from "@runwire/agent";
import type { ChannelEvent } from "@runwire/client";
import type { ChannelState, RunTarget } from "@runwire/protocol";
import type { RunwireServerOptions, User } from "@runwire/server";
import type { EventStore } from "@runwire/store";

declare global {
  // the agent
  const question: string;
  const target: RunTarget;
  const run: RunWriter;
  const runId: string;
  function research(target: RunTarget, folder: string): Promise<string[]>;
  function grep(input: { readonly pattern: string }, signal: AbortSignal): Promise<string[]>;
  const mail: { readonly to: string; readonly text: string };
  function send(input: typeof mail, signal: AbortSignal): Promise<void>;

  // the person who watches
  function freshToken(): Promise<string>;
  function render(state: ChannelState): void;
  function archive(event: ChannelEvent): void;
  const root: { render(node: unknown): void };

  // the server
  const authenticate: NonNullable<RunwireServerOptions["authenticate"]>;
  const authorize: NonNullable<RunwireServerOptions["authorize"]>;
  function userOf(token: string | undefined): User | null;
  function mayUse(user: User, channel: string): boolean;

  // a store of the reader's own
  function createEmptySchema(): Promise<string>;
  function dropSchema(schema: string): Promise<void>;
  function createMyStore(options: {
    readonly schema: string;
    readonly clock: () => number;
  }): EventStore;
}
