import { RunwireError } from "@runwire/protocol";
import type { Notice } from "@runwire/store";
import { NoticeExchange } from "../notices/notice-exchange.js";
import type { ServerSettings } from "../options.js";
import type { Connections } from "./connections.js";

/**
 * Rights that are taken away and users who are sent away: here in the same turn, and on every other server of the
 * store as soon as it reads of it.
 */
export class Withdrawals {
  readonly #connections: Connections;
  readonly #settings: ServerSettings;
  readonly #exchange: NoticeExchange;

  constructor(connections: Connections, settings: ServerSettings) {
    this.#connections = connections;
    this.#settings = settings;
    // Where nobody authenticates there is no user whom a notice could name.
    this.#exchange = new NoticeExchange(settings, settings.authenticate && this.#listener());
  }

  /** Says how many subscriptions ended here; rejects when the others could not be told. */
  revoke(user: string, channel: string | undefined): Promise<number> {
    if (!isUserId(user)) return Promise.reject(noUserId("revoke: user"));
    return this.#everywhere({ kind: "revoke", user, ...(channel !== undefined && { channel }) });
  }

  /** Says how many connections were closed here; rejects when the others could not be told. */
  disconnect(user: string): Promise<number> {
    if (!isUserId(user)) throw noUserId("disconnectUser: the user");
    return this.#everywhere({ kind: "disconnect", user });
  }

  close(): void {
    this.#exchange.close();
  }

  #listener() {
    const connections = this.#connections;
    return {
      get hasConnections() {
        return connections.size > 0;
      },
      onNotice: (notice: Notice) => void this.#here(notice),
      onMissed: () => this.#sendAllAway(),
    };
  }

  #everywhere(notice: Notice): Promise<number> {
    const ended = this.#here(notice);
    const told = this.#exchange.tell(notice);
    const both = told.then(
      () => ended,
      (error) => ended.then(() => Promise.reject(error)),
    );
    // The logger knows of it; whoever left this unawaited must not lose the process to it.
    both.catch(() => {});
    return both;
  }

  /** In this turn, but for what `authorize` is asked. Never rejects. */
  async #here(notice: Notice): Promise<number> {
    switch (notice.kind) {
      case "revoke": {
        const own = this.#connections.of(notice.user);
        const ended = await Promise.all(own.map((each) => each.revoke(notice.channel)));
        return ended.reduce((sum, count) => sum + count, 0);
      }
      case "disconnect": {
        const concerned = this.#connections.perhapsOf(notice.user);
        return concerned.filter((each) => each.disconnectUser(notice.user)).length;
      }
    }
  }

  /**
   * Nobody knows any more who was to go. Whoever comes back is asked who they are, and what they may, anew; and goes on
   * where they were.
   */
  #sendAllAway(): void {
    const { logger, random, drain } = this.#settings;
    logger.warn(
      "this server has missed what others on its store revoked; every client is asked to connect again",
    );
    for (const connection of this.#connections)
      connection.sendAway("serviceRestart", Math.round(random() * drain.spreadMs));
  }
}

function isUserId(id: unknown): boolean {
  return typeof id === "string" && id !== "";
}

/** Callers from JavaScript may give a whole user, whom nobody is; a ban must not pass in silence. */
function noUserId(what: string): RunwireError<"invalid_options"> {
  return new RunwireError("invalid_options", `${what} must be the id of a user, like "ann"`);
}
