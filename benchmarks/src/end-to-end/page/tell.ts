import { type Screen, tellBenchmark } from "../marks.ts";

/** Whatever the agent writes from now on reaches this page. */
export function tellReady(): void {
  void window[tellBenchmark]({ type: "ready" });
}

/** The end of the run is on the screen. */
export function tellEnded(screens: readonly Screen[]): void {
  void window[tellBenchmark]({ type: "ended", screens });
}
