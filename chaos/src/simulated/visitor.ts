import { createRunwireClient } from "@runwire/client";
import { Application } from "../application/application.ts";
import type { Backstage } from "./backstage.ts";
import { ClientNetwork } from "./network.ts";
import type { Place } from "./places.ts";
import type { Step } from "./steps.ts";

/** A step that one client alone takes. */
export type VisitorStep = Exclude<
  Extract<Step, { readonly client: number }>,
  { readonly type: "ask" | "take" }
>;

/** An application with its client, and the network that is between it and the server. */
export class Visitor {
  readonly application: Application;
  readonly network: ClientNetwork;
  readonly #backstage: Backstage;
  #place: Place;

  constructor(user: string, backstage: Backstage, name = user, place: Place = 0) {
    this.#place = place;
    const { clock, random, note, plant } = backstage;
    this.#backstage = backstage;
    this.network = new ClientNetwork({
      ...{ ...plant, clock, random, note },
      server: () => backstage.places.at(this.#place),
      isCalm: () => backstage.isCalm,
    });
    const { WebSocket, page } = this.network;
    const client = createRunwireClient({
      ...{ url: "ws://memory/runwire", token: () => user, WebSocket, page, clock, random },
      backoff: { firstMs: 50, maxMs: 1_000, attempts: 100_000 },
      ...{ lingerMs: 100, probeMs: 200 },
    });
    this.application = new Application({ user, name, client, note, clock, random });
  }

  async do(step: VisitorStep): Promise<void> {
    const { application, network } = this;
    switch (step.type) {
      case "write":
        return application.write(step.what, step.count);
      case "pour":
        return this.#pour(step.count);
      case "publish":
        return application.publish();
      case "follow":
        return application.follow();
      case "followLatest":
        application.follow(step.runs);
        return step.isImpatient ? application.loadOlder() : undefined;
      case "loadOlder":
        return application.loadOlder();
      case "read":
        return application.read(await this.#backstage.toStart(step.from));
      case "unfollow":
        return application.subscribers.at(-1)?.stop();
      case "stop":
        return application.subscribers.at(0)?.stop();
      case "revoke":
        return this.#backstage.revoke(application.user, step.isTold);
      case "holdUp":
        return network.hold("up");
      case "holdDown":
        return network.hold("down");
      case "switch":
        // The old way is dead, and nobody is told of it; the new one works.
        network.hold();
        return network.wake();
      case "move":
        return this.#move();
      case "flap":
        return this.flap();
      default:
        return network[step.type]();
    }
  }

  /** Another process of the same user, which goes to the other server where there is one. */
  createTwin(): Visitor {
    const { user } = this.application;
    return new Visitor(user, this.#backstage, `${user}+`, otherThan(this.#place));
  }

  /** A way that dies again just after it was found: what was said first on it is still being worked on. */
  async flap(): Promise<void> {
    const { clock, random } = this.#backstage;
    this.network.cut();
    this.#backstage.isThinking = true;
    await this.#untilConnected();
    await clock.advance(random() * 150);
    this.#backstage.isThinking = false;
    this.network.hold();
    this.network.wake();
    await clock.advance(250);
    await this.#untilConnected();
    await clock.advance(random() * 300);
  }

  /** The way to one server is cut, and the next one leads to the other. */
  #move(): void {
    this.#place = otherThan(this.#place);
    this.#backstage.places.ensure(this.#place);
    this.network.cut();
  }

  async #pour(count: number): Promise<void> {
    for (let nth = 0; nth < count; nth += 1) {
      this.application.write("say", 1);
      await this.#backstage.clock.advance(40);
    }
  }

  async #untilConnected(): Promise<void> {
    const { client } = this.application;
    for (let waits = 0; waits < 20 && client.status !== "connected"; waits += 1)
      await this.#backstage.clock.advance(50);
  }
}

function otherThan(place: Place): Place {
  return place === 0 ? 1 : 0;
}
