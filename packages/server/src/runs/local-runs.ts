import {
  isRunwireError,
  type LostCode,
  protocolLimits,
  type RunAttachment,
  type RunHandlers,
  RunwireError,
} from "@runwire/protocol";
import type { ServerClock } from "../clock.js";
import type { EventLog } from "../log/event-log.js";
import type { Logger } from "../logger.js";
import { Refusal } from "../refusal.js";
import type {
  Answerer,
  CommandDesk,
  HandedCommand,
  HandlerAnswer,
  WriterLink,
} from "./command-desk.js";

/** Later than every connection: a run that is written in this process is reached here. */
const localOrder = Number.MAX_SAFE_INTEGER;

/** The runs that code in the server's own process writes: their leases and their commands. */
export class LocalRuns {
  readonly #log: EventLog;
  readonly #desk: CommandDesk;
  readonly #clock: ServerClock;
  readonly #attached = new Set<() => void>();
  readonly #logger: Logger;
  #isClosed = false;

  constructor(log: EventLog, desk: CommandDesk, clock: ServerClock, logger: Logger) {
    this.#logger = logger;
    this.#log = log;
    this.#desk = desk;
    this.#clock = clock;
  }

  /**
   * Registers a run's handlers and keeps its lease renewed.
   *
   * @throws RunwireError `run_completed`, `run_not_found`, `run_taken` when a `take` was refused
   */
  async attach(attachment: RunAttachment, handlers: RunHandlers): Promise<() => void> {
    const { channel, runId, writer, leaseMs = protocolLimits.defaultLeaseMs } = attachment;
    if (attachment.take) await this.#take(attachment);
    if (this.#isClosed) throw new RunwireError("closed", "this server was closed");
    const link: WriterLink = {
      order: localOrder,
      hand: (command) => void this.#handle(command, from, handlers),
    };
    const from: Answerer = {
      link,
      holds: (_channel, _runId, holder) => holder === writer,
    };
    this.#desk.attach(channel, runId, writer, link);
    let stopTimer: () => void;
    const detach = () => {
      stopTimer();
      this.#attached.delete(detach);
      this.#desk.detach(channel, runId, link);
    };
    const renewLater = () => {
      stopTimer = this.#clock.after(leaseMs / 3, () => void renew());
    };
    let isKnown = attachment.take === true;
    const renew = async () => {
      const outcome = await this.#renew(attachment);
      if (!this.#attached.has(detach)) return;
      isKnown ||= outcome === "renewed";
      // Its first event may still be on its way to the store; a run that was there went with its channel.
      const isComing = outcome === "run_not_found" && !isKnown;
      if (outcome === "renewed" || outcome === "unanswered" || isComing) return renewLater();
      detach();
      this.#tell(handlers, outcome);
    };
    this.#attached.add(detach);
    renewLater();
    return detach;
  }

  /** Lets go of every run; they stay open, and go on elsewhere or lapse. */
  close(): void {
    this.#isClosed = true;
    for (const detach of [...this.#attached]) detach();
  }

  #tell(handlers: RunHandlers, lost: LostCode): void {
    try {
      handlers.onLost(lost);
    } catch (error) {
      this.#logger.error("onLost of a run failed", error);
    }
  }

  async #take({ channel, runId, writer }: RunAttachment): Promise<void> {
    const request = {
      channel,
      writer,
      runIds: [runId],
      actor: { type: "server" },
      take: true,
    } as const;
    const [lost] = await this.#log.watched(this.#log.store.renew(request));
    if (lost) throw new RunwireError(lost.code, `run ${runId} cannot be taken up (${lost.code})`);
  }

  /** Why the run is not renewed: the store's answer, or none because it failed. */
  async #renew({
    channel,
    runId,
    writer,
  }: RunAttachment): Promise<LostCode | "renewed" | "unanswered"> {
    const request = { channel, writer, runIds: [runId], actor: { type: "server" } } as const;
    try {
      const [lost] = await this.#log.watched(this.#log.store.renew(request));
      return lost?.code ?? "renewed";
    } catch {
      return "unanswered";
    }
  }

  async #handle(command: HandedCommand, from: Answerer, handlers: RunHandlers): Promise<void> {
    const answer = await callHandler(command, handlers);
    await this.#desk.handled(command.commandId, from, answer);
  }
}

async function callHandler(
  { commandId, name, data, user }: HandedCommand,
  handlers: RunHandlers,
): Promise<HandlerAnswer> {
  try {
    const result = await handlers.onCommand({
      ...{ commandId, name },
      // Tags stay as they are, as over the wire.
      ...(data !== undefined && { data: JSON.parse(data) as unknown }),
      ...(user && { user }),
    });
    return result === undefined ? {} : { result };
  } catch (error) {
    return { error: toHandlerError(error) };
  }
}

function toHandlerError(error: unknown): { readonly code: string; readonly message: string } {
  if (isRunwireError(error) && !(error instanceof Refusal))
    return { code: error.code, message: error.message };
  // What else a handler throws may hold anything.
  return { code: "failed", message: "the run's handler failed" };
}
