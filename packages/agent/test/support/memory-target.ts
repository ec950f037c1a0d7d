import {
  type FetchRequest,
  type LoggedEvent,
  type LogPage,
  type LostCode,
  type PublishRequest,
  type PublishResult,
  protocolLimits,
  type RunAttachment,
  type RunCommand,
  type RunHandlers,
  type RunTarget,
  RunwireError,
  type RunwireEvent,
} from "@runwire/protocol";
import { Judge } from "./judge.js";

/** What a publish meets before its answer. */
export interface Fault {
  readonly code: string;
  /** The log has it all the same, as after an answer that got lost. */
  readonly isAppended?: boolean;
}

/** One channel's log in memory that takes nothing which a server would refuse, and can be told to fail. */
export class MemoryTarget implements RunTarget {
  readonly maxEventBytes: number;
  readonly maxPublishBytes: number;
  readonly channel = "test";
  epoch = "first";
  /** The publishes as they came, tries included. */
  readonly requests: PublishRequest[] = [];
  readonly attached = new Map<string, { attachment: RunAttachment; handlers: RunHandlers }>();
  /** Called before each publish is looked at. */
  beforePublish: (request: PublishRequest) => Promise<Fault | undefined> = async () => undefined;
  pageSize = 1000;
  /** Called at each attach with `take`. */
  onTake: (attachment: RunAttachment) => void = () => {};
  readonly #log: { readonly event: RunwireEvent; readonly json: string }[] = [];
  readonly #answers = new Map<string, PublishResult>();
  readonly #writers = new Map<string, string>();
  readonly #unanswered = new Set<string>();
  readonly #judge = new Judge();

  constructor({ maxEventBytes = 256 * 1024, maxPublishBytes = 1000 * 1024 } = {}) {
    this.maxEventBytes = maxEventBytes;
    this.maxPublishBytes = maxPublishBytes;
  }

  /** The log, parsed anew at each reading. */
  get events(): LoggedEvent[] {
    return this.#log.map(({ json }, index) => ({ ...JSON.parse(json), offset: index + 1 }));
  }

  /** The events of one type. */
  of<Type extends RunwireEvent["type"]>(type: Type): Extract<LoggedEvent, { type: Type }>[] {
    return this.events.filter(
      (event): event is Extract<LoggedEvent, { type: Type }> => event.type === type,
    );
  }

  /** The texts of one kind, joined. */
  textOf(kind: "reasoning" | "output", runId?: string): string {
    return this.of("agent_thinking")
      .filter((event) => event.kind === kind && (runId === undefined || event.runId === runId))
      .map((event) => event.delta)
      .join("");
  }

  async publish(request: PublishRequest): Promise<PublishResult> {
    this.requests.push(request);
    const events = request.events.map((json): RunwireEvent => JSON.parse(json));
    const key = events[0]?.runId ?? "";
    if (this.#unanswered.has(key)) throw new Error(`two unanswered publishes of run "${key}"`);
    this.#unanswered.add(key);
    try {
      const fault = await this.beforePublish(request);
      if (fault && !fault.isAppended) throw toError(fault);
      const result = this.#append(request, events);
      if (fault) throw toError(fault);
      return result;
    } finally {
      this.#unanswered.delete(key);
    }
  }

  async attachRun(attachment: RunAttachment, handlers: RunHandlers): Promise<() => void> {
    const { runId, writer, take } = attachment;
    const owner = this.#writers.get(runId);
    if (owner === undefined) throw new RunwireError("run_not_found", runId);
    if (owner !== writer && !take) throw new RunwireError("run_taken", runId);
    if (take) this.onTake(attachment);
    this.#writers.set(runId, writer);
    const attached = { attachment, handlers };
    this.attached.set(runId, attached);
    return () => {
      if (this.attached.get(runId) === attached) this.attached.delete(runId);
    };
  }

  async fetch({ after, limit = 1000, runId }: FetchRequest): Promise<LogPage> {
    const page = this.events
      .filter((event) => event.offset > after && (!runId || event.runId === runId))
      .slice(0, Math.min(limit, this.pageSize));
    const head = this.#log.length;
    const last = page.at(-1)?.offset ?? head;
    const isWhole = page.length < Math.min(limit, this.pageSize);
    const offset = isWhole ? Math.max(after, head) : last;
    return { epoch: this.epoch, after, offset, head, events: page };
  }

  /** Hands a command to the run's writer. */
  command(runId: string, command: Omit<RunCommand, "commandId"> & { commandId?: string }) {
    const { handlers } = this.attached.get(runId) ?? fail(`run ${runId} is not attached`);
    return handlers.onCommand({ commandId: crypto.randomUUID(), ...command });
  }

  /** Tells the run's writer that the run is over for it. */
  lose(runId: string, code: LostCode): void {
    const { handlers } = this.attached.get(runId) ?? fail(`run ${runId} is not attached`);
    this.attached.delete(runId);
    handlers.onLost(code);
  }

  /** Another process has written this. */
  appendAs(writer: string, ...events: RunwireEvent[]): void {
    const texts = events.map((event) => JSON.stringify(event));
    this.#append({ channel: this.channel, writer, id: crypto.randomUUID(), events: texts }, events);
  }

  #append(request: PublishRequest, events: readonly RunwireEvent[]): PublishResult {
    const key = `${request.writer} ${request.id}`;
    const known = this.#answers.get(key);
    if (known) return known;
    this.#checkSizes(request);
    for (const event of events) this.#take(event, request.writer);
    const result = { epoch: this.epoch, offset: this.#log.length - events.length + 1 };
    this.#answers.set(key, result);
    return result;
  }

  #take(event: RunwireEvent, writer: string): void {
    const owner = this.#writers.get(event.runId ?? "");
    const fault = this.#judge.findFault(event);
    if (fault) throw new RunwireError(fault.code, fault.message);
    if (event.runId !== undefined && owner !== undefined && owner !== writer)
      throw new RunwireError("run_taken", event.runId);
    this.#judge.accept(event);
    if (event.type === "agent_started") this.#writers.set(event.runId, writer);
    this.#log.push({ event, json: JSON.stringify(event) });
  }

  #checkSizes({ events, channel }: PublishRequest): void {
    if (channel !== this.channel) throw new RunwireError("forbidden", channel);
    const sizes = events.map((json) => Buffer.byteLength(json));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (sizes.some((size) => size > this.maxEventBytes))
      throw new RunwireError("event_too_large", `${Math.max(...sizes)} bytes`);
    if (events.length < 1 || events.length > protocolLimits.maxEventsPerPublish)
      throw new RunwireError("bad_message", `${events.length} events`);
    if (total > this.maxPublishBytes) throw new RunwireError("bad_message", `${total} bytes`);
    for (const json of events)
      if (depthOf(JSON.parse(json)) > protocolLimits.maxEventDepth)
        throw new RunwireError("invalid_event", "too deep");
  }
}

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function toError({ code }: Fault): RunwireError {
  return new RunwireError(code, `told to fail with ${code}`);
}

function fail(message: string): never {
  throw new Error(message);
}

/** A promise that the test settles. */
export function createGate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
