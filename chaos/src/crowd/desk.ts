import process from "node:process";

/** What a process of a measurement can be asked: functions by name, each with one argument at most. */
export type Desk = Readonly<Record<string, (argument: never) => unknown>>;

/** A question from one process to another, and its answer. */
interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

export type Answer =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string };

/** Answers what the parent asks, and ends with it: nothing that was started for a measurement outlives it. */
export function serveParent(desk: Desk): void {
  process.on("disconnect", () => process.exit(0));
  process.on("message", (question: Question) => void answer(desk, question));
}

/** The process's arguments, as {@link startChild} passes them. */
export function readArguments<Arguments>(): Arguments {
  return JSON.parse(process.argv[2] ?? "{}");
}

async function answer(desk: Desk, { id, name, argument }: Question): Promise<void> {
  try {
    // `Child.ask` has checked the name and the argument.
    const work = desk[name] as (argument: unknown) => unknown;
    send({ id, answer: await work(argument) });
  } catch (error) {
    send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function send(message: Answer): void {
  if (process.connected) process.send?.(message);
}
