import { expect, test } from "vitest";
import { describeInChromium } from "../../../../scripts/testing/chromium.ts";
import { expectExactly, useStage } from "../support/disturbed-page.ts";
import { isOver } from "../support/workbench-channel.ts";

describeInChromium("asking", (browser) => {
  const stage = useStage(browser);

  async function openForm() {
    const page = await (await stage().newContext()).newPage();
    await page.goto(stage().workbench.address);
    await page.getByRole("button", { name: "Ask" }).waitFor();
    const ask = async (question: string, folder = "") => {
      await page.getByRole("textbox", { name: "Folder" }).fill(folder);
      await page.getByRole("textbox", { name: "Question" }).fill(question);
      await page.getByRole("button", { name: "Ask" }).click();
    };
    return { page, ask, problem: page.getByRole("alert") };
  }

  test("works with nothing but a keyboard, from the question to an unfolded output", async () => {
    const { watcher } = stage();
    const { page } = await openForm();
    await page.keyboard.press("Tab"); // “skip to the run”
    await page.keyboard.press("Tab"); // the title
    await page.keyboard.press("Tab");
    await page.keyboard.type("Where is the orchard? Measure for 1 second");
    await page.keyboard.press("Control+Enter");
    await page.waitForURL("**/runs/*");
    const runId = page.url().split("/").at(-1) ?? "";
    await page.getByRole("article").waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("MAIN");
    await watcher.until(runId, isOver);
    await page.waitForSelector('article:not([data-status="running"])');
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-expanded"))).toBe(
      "false",
    );
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-expanded"))).toBe(
      "true",
    );
    await expectExactly(stage(), page, runId);
  }, 20_000);

  test("shows the answer to whoever watched to the end", async () => {
    const { page, ask } = await openForm();
    await ask("Where is the orchard? Measure for 1 second");
    await page.waitForSelector('article:not([data-status="running"])');
    const isAtEnd = () =>
      page.evaluate(() => {
        const { scrollHeight, scrollTop, clientHeight } =
          document.querySelector("main") ?? document.body;
        return scrollHeight > clientHeight && scrollHeight - scrollTop - clientHeight < 2;
      });
    await expect.poll(isAtEnd).toBe(true);
  }, 20_000);

  test("keeps the end in sight where something shrinks and grows again at once", async () => {
    const { page, ask } = await openForm();
    await ask("Measure for 3 seconds");
    await page.waitForSelector('article[data-status="running"]');
    const belowSight = await page.evaluate(async () => {
      const main = document.querySelector("main") ?? document.body;
      const part = document.querySelector("article")?.appendChild(document.createElement("div"));
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      for (const height of ["2000px", "1000px", "3000px"]) {
        if (part) part.style.height = height;
        await frame();
        // After the layout of this frame, and before the next one tells of the scrolling.
        await new Promise((resolve) => setTimeout(resolve));
      }
      await frame();
      await frame();
      return main.scrollHeight - main.scrollTop - main.clientHeight;
    });
    expect(belowSight).toBeLessThan(2);
  }, 20_000);

  test("says what is wrong with a question, beside the form", async () => {
    const { page, ask, problem } = await openForm();
    await ask("   ");
    await expect.poll(() => problem.textContent()).toContain("The question is empty");
    await ask("Why?", "no/such/folder");
    await expect.poll(() => problem.textContent()).toMatch(/no\/such\/folder does not exist/);
    await ask("x".repeat(1024 * 1024));
    await expect
      .poll(() => problem.textContent())
      .toBe("The question is too long; at most 4,000 characters are taken.");
    await ask("x".repeat(4001));
    await expect.poll(() => problem.textContent()).toContain("has 4,001 characters");
    expect(new URL(page.url()).pathname).toBe("/");
  }, 20_000);

  test("shows words as words, whatever they look like", async () => {
    const { watcher } = stage();
    const { page, ask } = await openForm();
    await ask('<img src=x onerror="document.title=1"> for 1 second \u{1f333}');
    await page.waitForURL("**/runs/*");
    const runId = page.url().split("/").at(-1) ?? "";
    await watcher.until(runId, isOver);
    await expectExactly(stage(), page, runId);
    expect(await page.locator("article h2").textContent()).toContain("<img src=x");
    expect(await page.locator("img").count()).toBe(0);
  }, 20_000);

  test("says that there is no such run", async () => {
    const { page } = await openForm();
    await page.goto(`${stage().workbench.address}/runs/nobody`);
    await page.getByText("There is no such run.").waitFor();
  });

  test("complains about nothing in the browser's console", async () => {
    const page = await (await stage().newContext()).newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(stage().workbench.address);
    await page.getByText("None yet.").or(page.locator("nav li").first()).waitFor();
    expect(complaints).toEqual([]);
  });
});
