import { type MouseEvent, useCallback, useSyncExternalStore } from "react";

/**
 * Opens a run, or the start page. A click that is passed in is kept from loading the page anew, but for one
 * that asks for another tab.
 */
export type OpenRun = (runId: string | undefined, click?: MouseEvent) => void;

const RUN_PATH = /^\/runs\/([^/]+)$/;

/** Which run the address names, and how to go to another. */
export function useRoute(): readonly [runId: string | undefined, openRun: OpenRun] {
  const path = useSyncExternalStore(onNavigation, () => location.pathname);
  const openRun = useCallback<OpenRun>((runId, click) => {
    if (click && asksForAnotherTab(click)) return;
    click?.preventDefault();
    history.pushState(null, "", runId === undefined ? "/" : `/runs/${encodeURIComponent(runId)}`);
    dispatchEvent(new PopStateEvent("popstate"));
  }, []);
  return [toRunId(path), openRun];
}

function asksForAnotherTab({ button, ctrlKey, metaKey, shiftKey, altKey }: MouseEvent): boolean {
  return button !== 0 || ctrlKey || metaKey || shiftKey || altKey;
}

function onNavigation(listener: () => void): () => void {
  addEventListener("popstate", listener);
  return () => removeEventListener("popstate", listener);
}

function toRunId(path: string): string | undefined {
  const encoded = RUN_PATH.exec(path)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded; // an address that somebody mangled names no run, and is shown as such
  }
}
