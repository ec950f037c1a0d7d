import type { Page } from "playwright";
import type { ShownRun } from "./page-run.ts";

/** What the page shows of the run that is open, read from the elements that a person sees. */
export async function readShownRun(page: Page): Promise<ShownRun> {
  await unfoldAll(page);
  return page.evaluate(() => {
    const textOf = (element: Element | null | undefined) => element?.textContent ?? "";
    /** Those of the elements whose nearest part or run is `owner`. */
    const ownOf = (owner: Element, selector: string) =>
      [...owner.querySelectorAll(selector)].filter(
        (element) => element.parentElement?.closest("[data-part], [data-run]") === owner,
      );
    const statusOf = (owner: Element) =>
      textOf(ownOf(owner, "[data-status] > .visually-hidden")[0]);
    const elapsedOf = (owner: Element) => textOf(ownOf(owner, "[data-elapsed]")[0]);
    const readRun = (run: Element): ShownRun => ({
      runId: run.getAttribute("data-run") ?? "",
      status: statusOf(run),
      elapsed: elapsedOf(run),
      parts: ownOf(run, "[data-part]").map(readPart),
      end: textOf(ownOf(run, '[data-text="End"], [data-text="Result"]')[0]),
    });
    const readPart = (element: Element): ShownRun["parts"][number] => {
      const part = element.getAttribute("data-part") ?? "";
      const texts: Record<string, string> = {};
      for (const text of ownOf(element, "[data-text]"))
        texts[text.getAttribute("data-text") ?? ""] = textOf(text);
      if (!part.startsWith("tool ")) return { part, texts };
      const [run] = ownOf(element, "[data-run]");
      const own = { part, texts, status: statusOf(element), elapsed: elapsedOf(element) };
      return run ? { ...own, run: readRun(run) } : own;
    };
    const open = document.querySelector("article[data-run]");
    if (!open) throw new Error("no run is open");
    return readRun(open);
  });
}

async function unfoldAll(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const button of document.querySelectorAll('main [aria-expanded="false"]'))
      if (button instanceof HTMLElement) button.click();
  });
  await page.waitForFunction(() => !document.querySelector('main [aria-expanded="false"]'));
}

/** What no page may ever show; empty when all is well. */
export function findBlemishes(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const text = document.querySelector("main")?.textContent ?? "";
    const words = ["undefined", "NaN", "[object Object]", "Invalid Date", "$date", "$bigint"];
    const bars = [...document.querySelectorAll("progress")];
    /** Of its card: a full bar that ends in the middle looks like one that stands there. */
    const widthOf = (bar: Element) =>
      bar.getBoundingClientRect().width / (bar.parentElement?.getBoundingClientRect().width ?? 0);
    const parts = [...document.querySelectorAll("[data-part]")].map(
      (part) =>
        `${part.closest("[data-run]")?.getAttribute("data-run")} ${part.getAttribute("data-part")}`,
    );
    const repeated = parts.filter((part, index) => parts.indexOf(part) !== index);
    const { scrollHeight } = document.documentElement;
    return [
      ...(scrollHeight > innerHeight ? [`scrolls to ${scrollHeight}, beside its run`] : []),
      ...words.filter((word) => text.includes(word)).map((word) => `shows “${word}”`),
      ...bars.filter((bar) => bar.value < bar.max).map((bar) => `a bar stands at ${bar.value}`),
      ...bars.filter((bar) => widthOf(bar) < 0.99).map((bar) => `a bar ends at ${widthOf(bar)}`),
      ...repeated.map((part) => `shows ${part} twice`),
    ];
  });
}
