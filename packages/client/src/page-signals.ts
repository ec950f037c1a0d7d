/**
 * What the page tells: `wake` when it may have been away (visible again, shown again, online again),
 * `hide` when it goes and may come back from the browser's memory.
 */
export type PageSignal = "wake" | "hide";

/** Where the signals come from; returns how to stop listening. */
export type PageSignals = (listener: (signal: PageSignal) => void) => () => void;

/** The page's own events in a browser; nothing where there is no page. */
export const browserPage: PageSignals = (listener) => {
  const { window, document } = globalThis;
  if (!window?.addEventListener || !document) return () => {};
  const wake = () => listener("wake");
  const listening = new AbortController();
  const { signal } = listening;
  window.addEventListener("online", wake, { signal });
  window.addEventListener("pageshow", wake, { signal });
  window.addEventListener("pagehide", () => listener("hide"), { signal });
  const onVisibility = () => document.visibilityState === "visible" && wake();
  document.addEventListener("visibilitychange", onVisibility, { signal });
  return () => listening.abort();
};
