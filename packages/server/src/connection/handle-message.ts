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
      actions.secondHello();
      break;
    case "authenticate":
      actions.authenticate(message);
      break;
    case "subscribe":
      actions.subscribe(message);
      break;
    case "unsubscribe":
      actions.unsubscribe(message);
      break;
    case "fetch":
      actions.fetch(message);
      break;
    case "list":
      actions.list(message);
      break;
    case "publish":
      actions.publish(message, text);
      break;
    case "renew":
      actions.renew(message, text);
      break;
    case "command":
      actions.command(message, text);
      break;
    case "handled":
      actions.handled(message, text);
      break;
    case "ping":
      actions.ping(message);
      break;
    case "report":
      actions.report(message);
      break;
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
