import { type AddressInfo, createServer, type Socket } from "node:net";
import { type Clock, systemClock } from "@runwire/protocol";
import { checkPlan } from "./check-plan.js";
import { type FaultConnection, type FaultTarget, ProxiedConnection } from "./fault-connection.js";
import { type CutKind, type Direction, type FaultPlans, planFor } from "./fault-plan.js";

/** Options of {@link createFaultProxy}. */
export interface FaultProxyOptions {
  /** Where connections go on to. */
  readonly target: FaultTarget;
  /** What happens to them. @default nothing */
  readonly plan?: FaultPlans;
  /** For delays and bandwidths. @default the system's */
  readonly clock?: Clock;
}

/** A TCP proxy that does to connections what networks do. */
export interface FaultProxy extends AsyncDisposable {
  readonly host: "127.0.0.1";
  readonly port: number;
  /** The living connections, oldest first. */
  readonly connections: readonly FaultConnection[];
  /** How many connections have come so far. */
  readonly accepted: number;
  /** The same address, by way of this proxy. */
  through(url: string): string;
  /** What happens to the connections that come from now on. @throws RunwireError `invalid_options` */
  setPlan(plan: FaultPlans): void;
  /** Ends every living connection, to both sides at once. */
  cutAll(by: CutKind): void;
  /** Lets nothing pass any more, on living connections and on those that come, until {@link heal}. */
  blackHole(direction?: Direction): void;
  /** Lets everything pass again, first what was held. */
  heal(): void;
  /** Ends everything. Twice returns the same promise. */
  close(): Promise<void>;
}

/**
 * Listens on a free port of 127.0.0.1 and passes everything on to `target`, with the faults that the plan says.
 * Faults stand at bytes, not at times: a plan cuts the same byte every time.
 *
 * @throws RunwireError `invalid_options` when a number of the plan cannot be one
 * @example
 * const plan = (connection: number) => (connection === 0 ? { down: { cutAt: { byte: 300, by: "rst" } } } : {});
 * await using proxy = await createFaultProxy({ target: { port }, plan });
 * const client = createRunwireClient({ url: proxy.through(url) });
 */
export async function createFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new TcpFaultProxy(options);
  await proxy.listen();
  return proxy;
}

class TcpFaultProxy implements FaultProxy {
  readonly host = "127.0.0.1";
  port = 0;
  readonly #target: FaultTarget;
  readonly #clock: Clock;
  readonly #server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  readonly #living = new Set<ProxiedConnection>();
  readonly #held = new Set<Direction>();
  #plans: FaultPlans = {};
  #accepted = 0;
  #closing: Promise<void> | undefined;

  constructor({ target, plan = {}, clock = systemClock }: FaultProxyOptions) {
    this.#target = target;
    this.#clock = clock;
    this.setPlan(plan);
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, this.host, resolve);
    });
    this.port = (this.#server.address() as AddressInfo).port; // it listens on a port, not on a pipe
  }

  get connections(): readonly FaultConnection[] {
    return [...this.#living];
  }

  get accepted(): number {
    return this.#accepted;
  }

  through(url: string): string {
    const address = new URL(url);
    address.host = `${this.host}:${this.port}`;
    return address.href;
  }

  setPlan(plan: FaultPlans): void {
    if (typeof plan !== "function") checkPlan(plan);
    this.#plans = plan;
  }

  cutAll(by: CutKind): void {
    for (const connection of this.#living) connection.cut(by);
  }

  blackHole(direction?: Direction): void {
    for (const each of direction ? [direction] : (["up", "down"] as const)) this.#held.add(each);
    for (const connection of this.#living) connection.blackHole(direction);
  }

  heal(): void {
    this.#held.clear();
    for (const connection of this.#living) connection.heal();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(socket: Socket): void {
    const number = this.#accepted++;
    const plan = planFor(this.#plans, number);
    checkPlan(plan); // thrown here it ends the test run, with its message
    const settings = { number, plan, clock: this.#clock };
    const connection = new ProxiedConnection(socket, this.#target, settings);
    this.#living.add(connection);
    void connection.closed.then(() => this.#living.delete(connection));
    for (const direction of this.#held) connection.blackHole(direction);
  }

  async #close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const connection of this.#living) connection.destroy();
    await closed;
  }
}
