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

/**
 * What a message may set off; given by the connection. Messages whose values pass as text bring it along. What
 * takes time returns a promise that never rejects, and resolves when the request has been answered.
 */
export interface MessageActions {
  /** `hello` after the first one. */
  secondHello(): void;
  authenticate(message: Authenticate): Promise<void>;
  subscribe(message: Subscribe): Promise<void>;
  unsubscribe(message: Unsubscribe): Promise<void>;
  fetch(message: Fetch): Promise<void>;
  list(message: List): Promise<void>;
  publish(message: Publish, text: string): Promise<void>;
  renew(message: Renew): Promise<void>;
  command(message: Command, text: string): void;
  handled(message: Handled, text: string): void;
  ping(message: Ping): void;
  report(message: Report): void;
}

/** Calls the one action that a message of a welcomed client means; returns the request that is under way now. */
export function handleMessage(
  message: ClientMessage,
  text: string,
  actions: MessageActions,
): Promise<void> | undefined {
  switch (message.type) {
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
      return actions.renew(message);
    default:
      tell(message, text, actions);
      return undefined;
  }
}

type Told = Extract<
  ClientMessage,
  { readonly type: "hello" | "command" | "handled" | "ping" | "report" }
>;

/** Messages that are done with at once, or whose answer must not hold up what comes after them. */
function tell(message: Told, text: string, actions: MessageActions): void {
  switch (message.type) {
    case "hello":
      actions.secondHello();
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

/** By which rate a message is counted: that of requests, that of signs of life, or none. */
export type CountedAs = "request" | "sign" | "none";

/**
 * How a message counts against `limits.messageRate`. What a client sends by itself is counted apart: an application
 * that asks for much must not make it look dead, or let its credentials run out. What counts as none has bounds of
 * its own.
 */
export function countOf({ type }: ClientMessage): CountedAs {
  switch (type) {
    case "fetch":
    case "list":
    case "command":
      return "request";
    case "ping":
    case "report":
    case "authenticate":
    case "hello":
      return "sign";
    case "publish":
    case "renew":
    case "handled":
    case "subscribe":
    case "unsubscribe":
      return "none";
  }
}
