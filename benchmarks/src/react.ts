/**
 * What it costs a page to show 2,000 deltas of one run as they stream, ten to a frame.
 *
 *     node benchmarks/src/main.ts react
 */
import { setImmediate as macrotask } from "node:timers/promises";
import type { LoggedEvent } from "@runwire/protocol";
import { createFedClient } from "./react-client.ts";
import { createContainer } from "./react-page.ts";

const { createElement, memo, useEffect, useState } = await import("react");
const { createRoot } = await import("react-dom/client");
const { RunwireProvider, useRun } = await import("@runwire/react");

const Message = memo(({ part }: { readonly part: { readonly text: string } }) =>
  createElement("p", null, part.text),
);

const deltas = 2_000;
const perFrame = 10;
const rounds = 9;
const goals = { renders: 210, ms: 10 };

type Listener = (event: LoggedEvent) => void;

/** A way to show a stream; `play` resolves when all of it is on the page. */
interface View {
  readonly name: string;
  readonly play: (container: HTMLElement) => Promise<number>;
}

interface Round {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly renders: number;
}

const events = createEvents();
const views: readonly View[] = [
  { name: "setState([...list, event]) per event, all rows", play: (to) => playNaive(to, Row, 1) },
  { name: "the same with memo rows", play: (to) => playNaive(to, memo(Row), 1) },
  { name: "the same rows, ten events at a time", play: (to) => playNaive(to, Row, perFrame) },
  { name: "useRun of @runwire/react, ten to a frame", play: playHooks },
];

const measured = new Map<string, Round[]>(views.map(({ name }) => [name, []]));
for (let round = 0; round <= rounds; round++) {
  for (const view of views) {
    const result = await measure(view);
    // The first round warms up.
    if (round > 0) measured.get(view.name)?.push(result);
  }
}
printTable();

function createEvents(): readonly LoggedEvent[] {
  const runId = "run";
  const started: LoggedEvent = {
    type: "agent_started",
    runId,
    time: 0,
    offset: 1,
    agent: { name: "researcher" },
  };
  const thoughts = Array.from(
    { length: deltas },
    (_, index): LoggedEvent => ({
      type: "agent_thinking",
      runId,
      time: index,
      offset: index + 2,
      messageId: `message-${Math.floor(index / 100)}`,
      kind: "reasoning",
      delta: `token ${index} `,
    }),
  );
  return [started, ...thoughts];
}

function Row({ event }: { readonly event: LoggedEvent }) {
  return createElement("p", null, event.type === "agent_thinking" ? event.delta : event.type);
}

/** The list of all events in state, a row for each. */
async function playNaive(
  container: HTMLElement,
  row: typeof Row | ReturnType<typeof memo<typeof Row>>,
  atOnce: number,
): Promise<number> {
  let renders = 0;
  let publish: Listener = () => {};
  function View() {
    renders++;
    const [list, setList] = useState<readonly LoggedEvent[]>([]);
    useEffect(() => {
      publish = (event) => setList((before) => [...before, event]);
    }, []);
    return list.map((event) => createElement(row, { key: event.offset, event }));
  }
  const root = createRoot(container);
  root.render(createElement(View));
  await settle();
  for (let index = 0; index < events.length; index += atOnce) {
    for (const event of events.slice(index, index + atOnce)) publish(event);
    await settle();
  }
  check(container);
  root.unmount();
  return renders;
}

async function playHooks(container: HTMLElement): Promise<number> {
  let renders = 0;
  const { client, receive } = createFedClient();
  function RunView() {
    renders++;
    const parts = useRun("chat", "run", (run) => run.parts) ?? [];
    return parts.map((part) =>
      part.type === "message" ? createElement(Message, { key: part.messageId, part }) : null,
    );
  }
  const root = createRoot(container);
  root.render(createElement(RunwireProvider, { client }, createElement(RunView)));
  await settle();
  for (let index = 0; index < events.length; index += perFrame) {
    receive(events.slice(index, index + perFrame));
    await settle();
  }
  check(container);
  root.unmount();
  return renders;
}

/** Time for the scheduler to commit what it was given. */
async function settle(): Promise<void> {
  await macrotask();
  await macrotask();
}

/** Nothing counts that is not on the page. */
function check(container: HTMLElement): void {
  if (!container.textContent?.includes(`token ${deltas - 1}`))
    throw new Error("the last delta is not on the page");
}

async function measure({ play }: View): Promise<Round> {
  const container = createContainer();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const renders = await play(container);
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  container.remove();
  return { wallMs, cpuMs: (user + system) / 1000, renders };
}

function printTable(): void {
  const titles = [`${deltas} deltas of one run`, "wall ms", "processor ms", "renders of the view"];
  const rows = [...measured].map(([name, all]) => [
    name,
    spread(all.map(({ wallMs }) => wallMs)),
    spread(all.map(({ cpuMs }) => cpuMs)),
    spread(all.map(({ renders }) => renders)),
  ]);
  for (const row of [titles, titles.map(() => "---"), ...rows])
    console.log(`| ${row.join(" | ")} |`);
  const ours = [...measured.values()].at(-1) ?? [];
  const ms = median(ours.map(({ wallMs }) => wallMs));
  const renders = median(ours.map((round) => round.renders));
  const isReached = ms <= goals.ms && renders <= goals.renders;
  console.log(
    `goal ${isReached ? "reached" : "MISSED"}: ${ms.toFixed(1)} ms and ${renders} renders, ` +
      `at most ${goals.ms} and ${goals.renders}\n`,
  );
}

function spread(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(0)} (${least.toFixed(0)} … ${most.toFixed(0)})`;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
