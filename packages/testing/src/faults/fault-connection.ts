import { connect, type Socket } from "node:net";
import type { Clock } from "@runwire/protocol";
import type { CutKind, Direction, FaultPlan } from "./fault-plan.js";
import { Lane } from "./lane.js";

/** One connection through a proxy. */
export interface FaultConnection {
  /** Its place among all that came, from 0. */
  readonly number: number;
  /** How many bytes have passed from the client to the server. */
  readonly bytesUp: number;
  /** How many bytes have passed from the server to the client. */
  readonly bytesDown: number;
  /** Resolves when both sides are gone. */
  readonly closed: Promise<void>;
  /** Ends it, to both sides at once. */
  cut(by: CutKind): void;
  /** Lets nothing pass any more, in one direction or in both; it stays open. */
  blackHole(direction?: Direction): void;
  /** Lets everything pass again, first what was held: nothing is lost, as on a network that comes back. */
  heal(): void;
}

/** Where connections go on to. */
export interface FaultTarget {
  /** @default "127.0.0.1" */
  readonly host?: string;
  readonly port: number;
}

/** What a proxy says of one of its connections. */
interface ConnectionSettings {
  readonly number: number;
  readonly plan: FaultPlan;
  readonly clock: Clock;
}

/** A client's socket, and the one to the target that belongs to it. */
export class ProxiedConnection implements FaultConnection {
  readonly number: number;
  readonly closed: Promise<void>;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #up: Lane;
  readonly #down: Lane;

  constructor(
    client: Socket,
    { host = "127.0.0.1", port }: FaultTarget,
    { number, plan, clock }: ConnectionSettings,
  ) {
    this.number = number;
    this.#client = client.setNoDelay(true);
    // The end of one side is passed on like everything else, not answered here.
    this.#server = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const onCut = (by: CutKind) => this.cut(by);
    const { up = {}, down = {} } = plan;
    this.#up = new Lane({ source: client, sink: this.#server, plan: up, clock, onCut });
    this.#down = new Lane({ source: this.#server, sink: client, plan: down, clock, onCut });
    this.closed = this.#whenGone();
    void this.#up.run();
    void this.#down.run();
  }

  get bytesUp(): number {
    return this.#up.passedBytes;
  }

  get bytesDown(): number {
    return this.#down.passedBytes;
  }

  cut(by: CutKind): void {
    this.#up.close();
    this.#down.close();
    for (const socket of [this.#client, this.#server])
      if (by === "rst") socket.resetAndDestroy();
      else socket.end();
  }

  blackHole(direction?: Direction): void {
    if (direction !== "down") this.#up.hold();
    if (direction !== "up") this.#down.hold();
  }

  heal(): void {
    this.#up.heal();
    this.#down.heal();
  }

  /** Lets go of both sockets. */
  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  async #whenGone(): Promise<void> {
    await Promise.all([whenClosed(this.#client), whenClosed(this.#server)]);
    this.#up.close();
    this.#down.close();
  }
}

function whenClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}
