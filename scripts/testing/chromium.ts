import { existsSync } from "node:fs";
import { type Browser, chromium as playwrightChromium } from "playwright";
import { afterAll, beforeAll, describe } from "vitest";

const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

type Found = { readonly path: string } | { readonly missing: string };

/** Finds Chromium: `RUNWIRE_CHROMIUM` where it is set (and nothing else), or the usual places. */
export function findChromium(named = process.env.RUNWIRE_CHROMIUM): Found {
  const path = (named ? [named] : usualPlaces).find((candidate) => existsSync(candidate));
  if (path) return { path };
  if (named) return { missing: `RUNWIRE_CHROMIUM names ${named}, which does not exist` };
  return { missing: "no Chromium on this machine (install one, or set RUNWIRE_CHROMIUM)" };
}

/** Whether `RUNWIRE_REQUIRE_SERVICES` (names with commas between) makes a missing one a failure. */
export function isRequired(service: string, list = process.env.RUNWIRE_REQUIRE_SERVICES): boolean {
  return (list ?? "")
    .split(",")
    .map((name) => name.trim())
    .includes(service);
}

/** What a group needs of its browser beyond the usual. */
export interface ChromiumOptions {
  /** Lets pages wait in the back/forward cache, as they do for people; otherwise it is off. @default false */
  readonly keepsPages?: boolean;
}

/** Launches Chromium without a window. Its sandbox is off only for root, who cannot have one. */
export function launchChromium(
  path: string,
  { keepsPages = false }: ChromiumOptions = {},
): Promise<Browser> {
  return playwrightChromium.launch({
    executablePath: path,
    ignoreDefaultArgs: keepsPages ? ["--disable-back-forward-cache"] : [],
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * A group of tests that share one real Chromium, which is closed after the last of them. Without
 * Chromium the group is skipped and says why in its name, or fails where it is required.
 *
 * @example
 * describeInChromium("the page", (browser) => {
 *   test("shows a run", async () => {
 *     const page = await browser().newPage();
 *   });
 * });
 */
export function describeInChromium(
  name: string,
  suite: (browser: () => Browser) => void,
  options: ChromiumOptions = {},
): void {
  const found = findChromium();
  if ("missing" in found) {
    if (isRequired("chromium")) throw new Error(`chromium is required: ${found.missing}`);
    describe.skip(`[chromium] SKIPPED: ${found.missing}`, () => suite(noBrowser));
    return;
  }
  describe(name, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await launchChromium(found.path, options);
    }, 30_000);
    afterAll(() => browser?.close());
    suite(() => browser ?? noBrowser());
  });
}

function noBrowser(): never {
  throw new Error("the browser is there only while a test or a hook runs");
}
