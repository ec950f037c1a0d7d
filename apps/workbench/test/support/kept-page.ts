import type { Page } from "playwright";

/** How a page came back. */
interface Shown {
  /** It is the very page that went; else why the browser did not keep it. */
  readonly isFromCache: true | { readonly notRestored: unknown };
  /** WebSockets that it opened by the end of the turn in which it was shown. */
  readonly openedInThatTurn: number;
}

/** A page that may be left and come back to. */
export interface KeptPage {
  /** Resolves once it has an open WebSocket. */
  untilConnected(): Promise<void>;
  /** Goes back to it from the page after it. */
  comeBack(): Promise<Shown>;
}

/** What the page itself knows; it goes into the cache with it. */
interface Diary {
  opened: number;
  latest: WebSocket | undefined;
  /** How many were opened before it was shown. */
  atHide: number;
  shown: { readonly persisted: boolean; readonly opened: number } | undefined;
}

declare global {
  interface Window {
    diary: Diary;
  }
}

export async function openKeptPage(page: Page, address: string): Promise<KeptPage> {
  await page.addInitScript(keepDiary);
  await page.goto(address);
  return {
    async untilConnected() {
      await page.waitForFunction(() => window.diary.latest?.readyState === WebSocket.OPEN);
    },
    async comeBack() {
      const isShown = page.waitForEvent(
        "console",
        (message) => message.text() === `shown ${address}`,
      );
      // `page.goBack` would wait for a page to load, and none does.
      await page.evaluate(() => void setTimeout(() => history.back()));
      await isShown;
      return page.evaluate(() => {
        const { shown } = window.diary;
        const [entry] = performance.getEntriesByType("navigation");
        const notRestored = entry && "notRestoredReasons" in entry && entry.notRestoredReasons;
        return {
          isFromCache: shown?.persisted === true || { notRestored },
          openedInThatTurn: shown?.opened ?? 0,
        };
      });
    },
  };
}

/** Runs in the page, before anything else of it. */
function keepDiary(): void {
  const diary: Diary = { opened: 0, latest: undefined, atHide: 0, shown: undefined };
  window.diary = diary;
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      diary.opened += 1;
      diary.latest = this;
    }
  };
  addEventListener("pagehide", () => {
    diary.atHide = diary.opened;
  });
  addEventListener("pageshow", ({ persisted }) => {
    // The next task: whatever waits for a timer, as backoff does, has not happened yet.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      diary.shown = { persisted, opened: diary.opened - diary.atHide };
      console.log(`shown ${location.href}`);
      port1.close();
    };
    port2.postMessage(undefined);
  });
}
