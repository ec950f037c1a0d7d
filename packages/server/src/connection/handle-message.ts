import type {
  Authenticate,
  ClientMessage,
  Command,
  Fetch,
  Handled,
  List,
  Ping,
  Publish,
  Renew,
  Report,
  Subscribe,
  Unsubscribe,
} from "@runwire/protocol";

/** What a message may set off; given by the connection. Messages whose values pass as text bring it along. */
export interface MessageActions {
  /** `hello` after the first one. */
  secondHello(): void;
  authenticate(message: Authenticate): void;
  subscribe(message: Subscribe): void;
  unsubscribe(message: Unsubscribe): void;
  fetch(message: Fetch): void;
  list(message: List): void;
  publish(message: Publish, text: string): void;
  renew(message: Renew, text: string): void;
  command(message: Command, text: string): void;
  handled(message: Handled, text: string): void;
  ping(message: Ping): void;
  report(message: Report): void;
}

/** Calls the one action that a message of a welcomed client means. */
export function handleMessage(message: ClientMessage, text: string, actions: MessageActions): void {
  switch (message.type) {
    case "hello":
      return actions.secondHello();
    case "authenticate":
      return actions.authenticate(message);
    case "subscribe":
      return actions.subscribe(message);
    case "unsubscribe":
      return actions.unsubscribe(message);
    case "fetch":
      return actions.fetch(message);
    case "list":
      return actions.list(message);
    case "publish":
      return actions.publish(message, text);
    case "renew":
      return actions.renew(message, text);
    case "command":
      return actions.command(message, text);
    case "handled":
      return actions.handled(message, text);
    case "ping":
      return actions.ping(message);
    case "report":
      return actions.report(message);
  }
}

/** Messages that the general rate does not count: they have bounds of their own. */
const uncounted: ReadonlySet<ClientMessage["type"]> = new Set([
  "publish",
  "renew",
  "handled",
  "subscribe",
  "unsubscribe",
]);

/** Whether a message counts against `limits.messageRate`. */
export function isCounted({ type }: ClientMessage): boolean {
  return !uncounted.has(type);
}
