import type { Operation } from "./operations.js";

/** What the writing program says, each at the moment in which it holds. */
export type Mark =
  | { readonly type: "opening" }
  | { readonly type: "opened"; readonly epochs: Readonly<Record<string, string>> }
  | Appended
  /** The channel that had this epoch. */
  | { readonly type: "deleted"; readonly epoch: string }
  | { readonly type: "closing" }
  | { readonly type: "closed" };

/** An append that was acknowledged: its events say `id` and their place in it. */
interface Appended {
  readonly type: "appended";
  readonly writer: string;
  readonly id: string;
  readonly offset: number;
  readonly events: number;
}

/** What a store has promised when the power fails. */
export interface Promises {
  readonly appended: readonly Appended[];
  /** Of each channel, as it was told. */
  readonly epochs: Readonly<Record<string, string>>;
  /** Epochs that must never come back. */
  readonly deleted: readonly string[];
  /** What the program was about to do, or had done last. */
  readonly phase: "unopened" | "opening" | "open" | "closing" | "closed";
}

const phases = {
  opening: "opening",
  opened: "open",
  appended: "open",
  deleted: "open",
  closing: "closing",
  closed: "closed",
} as const;

/** What was promised by the first `after` operations. */
export function toPromises(operations: readonly Operation[], after: number): Promises {
  const marks = operations
    .slice(0, after)
    .flatMap((operation) =>
      operation.type === "mark" ? [JSON.parse(operation.text) as Mark] : [],
    ); // writer.ts says nothing else
  const last = marks.at(-1);
  return {
    appended: marks.filter((mark) => mark.type === "appended"),
    epochs: Object.assign({}, ...marks.map((mark) => (mark.type === "opened" ? mark.epochs : {}))),
    deleted: marks.flatMap((mark) => (mark.type === "deleted" ? [mark.epoch] : [])),
    phase: last === undefined ? "unopened" : phases[last.type],
  };
}
