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
  const hide = () => listener("hide");
  const onVisibility = () => document.visibilityState === "visible" && wake();
  const all = [
    [window, "online", wake],
    [window, "pageshow", wake],
    [window, "pagehide", hide],
    [document, "visibilitychange", onVisibility],
  ] as const;
  for (const [target, name, handler] of all) target.addEventListener(name, handler);
  return () => {
    for (const [target, name, handler] of all) target.removeEventListener(name, handler);
  };
};
