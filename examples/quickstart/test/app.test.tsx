import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { App } from "../src/app.tsx";
import { connect } from "../src/client.ts";
import { type Mail, startMail } from "../src/mail.ts";
import { startQuickstart } from "./support/start-quickstart.ts";

vi.setConfig({ testTimeout: 20_000 }); // real sockets, on a machine that may be busy
configure({ asyncUtilTimeout: 10_000 });

const mail: Mail = { to: "bob@example.org", text: "Hello" };

let quickstart: Awaited<ReturnType<typeof startQuickstart>>;
let client: ReturnType<typeof connect>["client"];
beforeAll(async () => {
  quickstart = await startQuickstart();
});
afterAll(() => quickstart.stop());
beforeEach(() => {
  client = connect(quickstart.url).client;
  render(<App client={client} />);
});
afterEach(async () => {
  cleanup();
  await client.close();
});

test("the page shows a run, and its button cancels it", async () => {
  const done = startMail(quickstart.runwire, mail, async () => {});
  done.catch(() => {}); // looked at below
  await screen.findByText(/awaiting_approval/);
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
  await screen.findByText(/send_mail: cancelled/);
  await waitFor(() => expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull());
  await expect(done).rejects.toThrow();
});

test("the page's approval lets the tool go on, and the run ends", async () => {
  const sent: Mail[] = [];
  const done = startMail(quickstart.runwire, mail, async (one) => void sent.push(one));
  fireEvent.click(await screen.findByRole("button", { name: "Approve" }));
  await done;
  expect(sent).toEqual([mail]);
  await screen.findByText(/send_mail: success/);
});

test("nothing is said of the connection while all is well", async () => {
  await screen.findAllByText(/send_mail/);
  expect(screen.getByRole("status", { hidden: true }).hidden).toBe(true);
});
