import type { Publish, Renew } from "@runwire/protocol";
import type { ServerClock } from "../clock.js";
import type { EventLog } from "../log/event-log.js";
import { Refusal } from "../refusal.js";
import type { PublishDesk } from "../runs/publish-desk.js";
import type { Dialogue } from "./dialogue.js";
import type { RunKeeping } from "./held-runs.js";
import type { Intake } from "./intake.js";
import type { PublishBudget } from "./publish-budget.js";
import { eventTexts } from "./read-message.js";

/** What writers need of the server. */
export interface WriteServices {
  readonly log: EventLog;
  readonly publishDesk: PublishDesk;
  readonly clock: ServerClock;
  /** Absent: nobody is slowed for how much they publish. */
  readonly publishBudget: PublishBudget | undefined;
}

/** What publishes are taken from, as far as their speed goes. */
export type PublishIntake = Pick<Intake, "isTooMuch" | "stop" | "go">;

/** How long a publish that comes too fast waits for its turn, milliseconds. */
const longestWaitMs = 1_000;

/**
 * `publish` and `renew` of one connection: of one channel one after another. What was not begun when the
 * connection ends is dropped; its writer sends it again over the next one. A publish that comes while too much is
 * under way, and whose turn does not come soon, is told to be sent again: speed is never a reason to close.
 */
export class WriteRequests {
  readonly #dialogue: Dialogue;
  readonly #services: WriteServices;
  readonly #intake: PublishIntake;
  readonly #runs: RunKeeping;
  readonly #queues = new Map<string, Promise<void>>();

  constructor(
    dialogue: Dialogue,
    services: WriteServices,
    intake: PublishIntake,
    runs: RunKeeping,
  ) {
    this.#dialogue = dialogue;
    this.#services = services;
    this.#intake = intake;
    this.#runs = runs;
  }

  publish(message: Publish, text: string): Promise<void> {
    this.#pay(text);
    let mayBegin = true;
    const stopTimer = this.#intake.isTooMuch(text.length)
      ? this.#services.clock.after(longestWaitMs, () => {
          mayBegin = false;
          this.#dialogue.refuse(message, tooFast());
        })
      : () => {};
    return this.#enqueue(message.channel, async () => {
      stopTimer();
      if (mayBegin && this.#dialogue.isOpen)
        await this.#dialogue.answer(message, () => this.#publish(message, text));
    });
  }

  renew(message: Renew): Promise<void> {
    return this.#enqueue(message.channel, async () => {
      if (this.#dialogue.isOpen) await this.#dialogue.answer(message, () => this.#renew(message));
    });
  }

  async #publish({ id, channel, writer, events }: Publish, text: string): Promise<void> {
    await this.#dialogue.mustBeAllowed("publish", channel);
    const { isRepeated, ...published } = await this.#services.publishDesk.publish({
      ...{ channel, writer, id },
      actor: this.#dialogue.actor,
      events: eventTexts(text),
    });
    const first = events[0];
    // The run of a publish that was appended before may have been taken since; its writer renews it next.
    if (first?.type === "agent_started" && !isRepeated)
      this.#runs.hold(channel, first.runId, writer);
    if (first?.runId !== undefined && events.at(-1)?.type === "agent_completed")
      this.#runs.letGo(channel, first.runId);
    this.#dialogue.outbox.send({ type: "published", id, ...published });
  }

  async #renew({ id, channel, writer, runIds, take }: Renew): Promise<void> {
    await this.#dialogue.mustBeAllowed("publish", channel);
    const { log } = this.#services;
    const request = { channel, writer, runIds, actor: this.#dialogue.actor };
    const lost = await log.watched(log.store.renew({ ...request, ...(take && { take }) }));
    const lostIds = new Set(lost.map(({ runId }) => runId));
    for (const runId of runIds) {
      if (lostIds.has(runId)) this.#runs.letGo(channel, runId);
      else this.#runs.hold(channel, runId, writer);
    }
    this.#dialogue.outbox.send({ type: "renewed", id, lost });
  }

  /** Who publishes more than their share is read more slowly, and so published more slowly; never refused or closed. */
  #pay(text: string): void {
    const budget = this.#services.publishBudget;
    if (!budget) return;
    const { reader: payer } = this.#dialogue;
    budget.spend(payer, Buffer.byteLength(text));
    if (budget.waitMs(payer) === 0) return;
    this.#intake.stop();
    void budget.turn(payer, () => this.#dialogue.isOpen).then(() => this.#intake.go());
  }

  #enqueue(channel: string, work: () => Promise<void>): Promise<void> {
    const done = (this.#queues.get(channel) ?? Promise.resolve()).then(work);
    this.#queues.set(channel, done);
    return done.finally(() => {
      if (this.#queues.get(channel) === done) this.#queues.delete(channel);
    });
  }
}

function tooFast(): Refusal {
  const message = "more is published than can be kept now; send the same publish again";
  return new Refusal("rate_limited", message, { retryAfterMs: longestWaitMs });
}
