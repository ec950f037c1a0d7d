import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { withRun } from "@runwire/agent";
import { createRunwireClient } from "@runwire/client";
import { RunwireProvider } from "@runwire/react";
import { createRunwireServer } from "@runwire/server";
import { attachRunwire } from "@runwire/server/node";
import { createMemoryStore } from "@runwire/store";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { App } from "../../src/page/app.tsx";
import { CHANNEL } from "../../src/shared/question.ts";

afterEach(cleanup);

const RUNS = 30;

/** Opens the page at an address, over a channel with more runs than it opens with. */
async function openPage(path: string): Promise<void> {
  const runwire = createRunwireServer({
    store: createMemoryStore(),
    access: "open-to-everyone",
    drain: { spreadMs: 10, timeoutMs: 200 },
  });
  for (let index = 1; index <= RUNS; index++)
    await withRun(
      runwire,
      { channel: CHANNEL, runId: `run-${index}`, agent: { name: "a" }, title: `question ${index}` },
      (run) => run.say(`answer ${index}`),
    );
  const http = createServer((_request, response) => response.end('{ "folder": "/home/ann" }'));
  attachRunwire(runwire, http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo; // it listens on a host and a port
  setAddress(`http://127.0.0.1:${port}${path}`);
  const client = createRunwireClient({ url: "/runwire", WebSocket });
  onTestFinished(async () => {
    await client.close();
    await runwire.close();
    http.close();
  });
  render(
    <RunwireProvider client={client}>
      <App />
    </RunwireProvider>,
  );
}

function setAddress(url: string): void {
  // The window of these tests is happy-dom's, which can be put at any address.
  const { happyDOM } = window as unknown as { readonly happyDOM: { setURL(url: string): void } };
  happyDOM.setURL(url);
}

const links = () => screen.getAllByRole("link", { name: /question/ });

test("opens with the latest runs, newest first, and loads the others when asked", async () => {
  await openPage("/");
  await screen.findByText("question 30");
  expect(links()).toHaveLength(20);
  expect(links()[0]?.textContent).toContain("question 30");
  screen.getByRole("button", { name: "Older runs" }).click();
  await screen.findByText("question 1");
  expect(links()).toHaveLength(RUNS);
  expect(links().at(-1)?.textContent).toContain("question 1");
  expect(screen.queryByRole("button", { name: "Older runs" })).toBeNull();
});

test("finds the run of an old address among the older ones", async () => {
  await openPage("/runs/run-2");
  expect(await screen.findByText("answer 2")).toBeTruthy();
  expect(screen.getByRole("heading", { name: "question 2" })).toBeTruthy();
});

test("says that there is no such run once it has looked at all of them", async () => {
  await openPage("/runs/nobody");
  expect(await screen.findByText("There is no such run.")).toBeTruthy();
});
