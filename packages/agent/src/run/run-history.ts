import {
  type ChannelState,
  checkLifecycle,
  emptyChannelState,
  isKnownEvent,
  type LifecycleFacts,
  type LoggedEvent,
  type RunState,
  type RunwireEvent,
  reduceChannel,
  type UnknownEvent,
} from "@runwire/protocol";
import { readEvent } from "../encoding/decode-event.js";

/** The fold goes by the order of the events; their offsets are not known before they are published. */
const UNPUBLISHED = 0;
/** So many events are folded at once where nobody asks for the state. */
const MAX_UNFOLDED = 512;

type Approval = "waiting" | "decided";

interface ToolFacts {
  readonly status: "open" | "completed";
  /** Absent: nobody was asked. */
  readonly approval?: Approval;
}

/** What a run has written so far: what may follow it, and what it folds to. */
export class RunHistory {
  readonly #runId: string;
  readonly #tools = new Map<string, ToolFacts>();
  readonly #messages = new Set<string>();
  #startedAt = 0;
  #run: LifecycleFacts["run"] = "absent";
  #folded: ChannelState;
  #unfolded: (string | RunwireEvent)[] = [];

  constructor(runId: string, parentRunId?: string) {
    this.#runId = runId;
    this.#folded = parentRunId === undefined ? emptyChannelState : withParent(parentRunId);
  }

  /** The time of its start, milliseconds since 1970-01-01T00:00Z. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /** Where the run is in its life. */
  get phase(): LifecycleFacts["run"] {
    return this.#run;
  }

  /** Whether the event may come now. */
  check(event: RunwireEvent): ReturnType<typeof checkLifecycle> {
    const tool = "toolCallId" in event ? this.#tools.get(event.toolCallId)?.status : undefined;
    return checkLifecycle({ run: this.#run, tool }, event);
  }

  /** Whether a message of this id was written. */
  hasMessage(messageId: string): boolean {
    return this.#messages.has(messageId);
  }

  /** Whether the tool call was ever started. */
  hasTool(toolCallId: string): boolean {
    return this.#tools.has(toolCallId);
  }

  approvalOf(toolCallId: string): Approval | undefined {
    return this.#tools.get(toolCallId)?.approval;
  }

  /** Takes in an event that was written; `json` where it holds values, as a reader will decode them. */
  record(event: RunwireEvent, json?: string): void {
    this.#learn(event);
    this.#unfolded.push(json ?? event);
    if (this.#unfolded.length >= MAX_UNFOLDED) this.#fold();
  }

  /** Takes in events of the log, decoded. */
  recordLogged(events: readonly (LoggedEvent | UnknownEvent)[]): void {
    for (const event of events) if (isKnownEvent(event)) this.#learn(event);
    this.#fold();
    this.#folded = reduceChannel(this.#folded, events);
  }

  /** The run as it stands; `undefined` before its start. */
  get state(): RunState | undefined {
    this.#fold();
    return this.#folded.runs[this.#runId];
  }

  #learn(event: RunwireEvent): void {
    if (event.type === "agent_started") this.#learnStart(event.time);
    if (event.type === "agent_thinking") this.#messages.add(event.messageId);
    if (event.type === "agent_completed") this.#run = "completed";
    if (event.type === "tool_executing")
      this.#learnTool(event.toolCallId, "open", event.status === "awaiting_approval");
    if (event.type === "tool_completed") this.#learnTool(event.toolCallId, "completed", false);
  }

  #learnStart(time: number): void {
    this.#run = "running";
    this.#startedAt = time;
  }

  #learnTool(toolCallId: string, status: ToolFacts["status"], isWaiting: boolean): void {
    const before = this.#tools.get(toolCallId)?.approval;
    const approval = isWaiting ? "waiting" : before && "decided";
    this.#tools.set(toolCallId, { status, ...(approval && { approval }) });
  }

  #fold(): void {
    if (this.#unfolded.length === 0) return;
    const events = this.#unfolded.map((event) => ({
      ...(typeof event === "string" ? readEvent(event) : event),
      offset: UNPUBLISHED,
    }));
    this.#unfolded = [];
    this.#folded = reduceChannel(this.#folded, events);
  }
}

/** The fold leaves out a run whose parent it does not know. */
function withParent(parentRunId: string): ChannelState {
  const parent: RunState = {
    runId: parentRunId,
    agent: { name: parentRunId },
    status: "running",
    startedAt: 0,
    parts: [],
  };
  return { ...emptyChannelState, runs: { [parentRunId]: parent }, order: [parentRunId] };
}
