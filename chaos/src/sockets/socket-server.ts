import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { systemClock } from "@runwire/protocol";
import { createRunwireServer, type RunwireServer } from "@runwire/server";
import { attachRunwire } from "@runwire/server/node";
import type { EventStore } from "@runwire/store";
import { MortalTimers } from "../application/mortal-timers.ts";

/** The real time; its timers keep no process alive, and no schedule lasts for a minute. */
const realClock = {
  ...systemClock,
  after(milliseconds: number, callback: () => void) {
    const timer = setTimeout(callback, Math.min(milliseconds, 60_000)).unref();
    return () => clearTimeout(timer);
  },
  soon(callback: () => void) {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  },
};

/** A server on a port, which can be killed: from then on nothing that it began goes on, as far as anybody sees. */
export class SocketServer {
  readonly #server: RunwireServer;
  readonly #http: Server = createServer();
  readonly #sockets = new Set<Socket>();
  readonly #timers = new MortalTimers(realClock);
  #isDead = false;

  constructor(store: EventStore, random: () => number) {
    this.#server = createRunwireServer({
      store: this.#toMortal(store),
      ...{ clock: this.#timers.clock, random },
      authenticate: ({ token = "nobody" }) => ({ id: token }),
      authorize: () => true,
      // Small, so that a few events are many pages, a short hold makes a slow reader, and nobody waits for long.
      batch: { windowMs: 10, minWindowMs: 1, maxEvents: 7 },
      replay: { pageEvents: 5, pageBytes: 2_000, cacheBytes: 5_000 },
      slowReader: { maxBufferedBytes: 2_000, resumeBelowBytes: 600 },
      heartbeat: { intervalMs: 400, timeoutMs: 1_500 },
      drain: { spreadMs: 50, timeoutMs: 300, intervalMs: 5 },
      commands: { connectTimeoutMs: 1_000, handleTimeoutMs: 3_000, afterEndMs: 300 },
      limits: { messageRate: { perSecond: 1_000, burst: 10_000 } },
    });
    attachRunwire(this.#server, this.#http, { path: "/runwire" });
    this.#http.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  /** Resolves to the port; 0 means a free one. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once("error", reject);
      this.#http.listen(port, "127.0.0.1", resolve);
    });
    return (this.#http.address() as AddressInfo).port; // it listens on a port, not on a pipe
  }

  /** Resolves when its port is free. */
  async kill(): Promise<void> {
    this.#isDead = true;
    this.#timers.stop();
    await this.#release();
  }

  /** Takes its leave first. */
  async close(): Promise<void> {
    await this.#server.close();
    await this.#release();
  }

  async #release(): Promise<void> {
    const closed = new Promise((resolve) => this.#http.close(resolve));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  /** To a process that is dead nothing comes back; what it has given to the disk may be there all the same. */
  #toMortal(store: EventStore): EventStore {
    const aliveOnly = async () => {
      if (this.#isDead) await new Promise(() => {});
    };
    return new Proxy(store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        const method: (...given: unknown[]) => unknown = value.bind(target);
        if (name === "watch" || name === "close") return method;
        return async (...given: unknown[]) => {
          await aliveOnly();
          const answer = await method(...given);
          await aliveOnly();
          return answer;
        };
      },
    });
  }
}
