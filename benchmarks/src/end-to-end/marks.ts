/** When an agent wrote what: each time is taken just before the call that wrote it. */
export interface Written {
  readonly startedAt: number;
  readonly deltas: readonly WrittenDelta[];
  /** When each tool was called. */
  readonly toolStarts: readonly number[];
  /** When each tool returned. */
  readonly toolEnds: readonly number[];
  readonly endedAt: number;
}

export interface WrittenDelta {
  readonly at: number;
  /** Characters of the run's text up to the end of this delta: what a page shows that shows it. */
  readonly textLength: number;
}

/** How much of a run a page shows. */
export interface Shown {
  /** Characters of all messages. */
  readonly textLength: number;
  readonly toolsStarted: number;
  readonly toolsEnded: number;
  readonly hasEnded: boolean;
}

/** What the screen showed, and since when at the latest. */
export interface Screen extends Shown {
  readonly at: number;
}

/** What the page tells the benchmark. */
export type PageMessage =
  | { readonly type: "ready" }
  | { readonly type: "ended"; readonly screens: readonly Screen[] };

/** The name of the function through which it does. */
export const tellBenchmark = "tellBenchmark";

declare global {
  interface Window {
    readonly [tellBenchmark]: (message: PageMessage) => Promise<void>;
  }
}
