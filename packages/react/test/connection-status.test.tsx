import type { ConnectionInfo } from "@runwire/client";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConnectionStatus, type ConnectionStatusProps, RunwireProvider } from "../src/index.js";
import { createStubClient, type StubClient } from "./support/stub-client.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function show(info: ConnectionInfo, props: ConnectionStatusProps = {}): StubClient {
  const stub = createStubClient(info);
  render(
    <RunwireProvider client={stub.client}>
      <ConnectionStatus {...props} />
    </RunwireProvider>,
  );
  return stub;
}

const line = () => screen.getByRole("status", { hidden: true });
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTime(milliseconds));

test.each(["connected", "idle"] as const)("is hidden and empty while %s", (status) => {
  show({ status, attempt: 0 });
  pass(60_000);
  expect([line().hidden, line().textContent]).toEqual([true, ""]);
});

const away: readonly (readonly [ConnectionInfo, string])[] = [
  [{ status: "connecting", attempt: 1 }, "Connecting …"],
  [{ status: "connecting", attempt: 3 }, "Reconnecting, attempt 3 …"],
  [{ status: "handshaking", attempt: 2 }, "Reconnecting, attempt 2 …"],
  [
    { status: "parked", attempt: 10 },
    "The server cannot be reached. Trying again every 5 minutes.",
  ],
  [{ status: "closed", attempt: 0 }, "Disconnected"],
  [
    { status: "closed", attempt: 0, error: new Error("the user may not be here") },
    "Disconnected: the user may not be here",
  ],
];

test.each(away)("says in a sentence what %o means", (info, sentence) => {
  show(info);
  pass(2000);
  expect(line().querySelector("span")?.textContent).toBe(sentence);
  expect([line().hidden, line().dataset.status]).toEqual([false, info.status]);
});

test("counts down to the next attempt, a second at a time", () => {
  show({ status: "waiting", attempt: 3, retryAt: Date.now() + 6_000 });
  pass(2000);
  expect(line().textContent).toContain("Reconnecting, attempt 3, in 4 s");
  pass(1000);
  expect(line().textContent).toContain("in 3 s");
  pass(10_000);
  expect(line().textContent).toContain("in 0 s");
});

test("does not read the count-down out each second", () => {
  show({ status: "waiting", attempt: 3, retryAt: Date.now() + 6_000 });
  pass(2000);
  expect(line().querySelector('[aria-hidden="true"]')?.textContent).toBe(", in 4 s");
});

test("stays hidden when the connection is back before it is due", () => {
  const stub = show({ status: "waiting", attempt: 1, retryAt: Date.now() + 500 });
  pass(1900);
  act(() => stub.set({ status: "connected", attempt: 0 }));
  pass(5000);
  expect(line().hidden).toBe(true);
});

test("hides at once when the connection is back, and waits anew for the next loss", () => {
  const stub = show({ status: "connecting", attempt: 1 });
  pass(2000);
  expect(line().hidden).toBe(false);
  act(() => stub.set({ status: "connected", attempt: 0 }));
  expect(line().hidden).toBe(true);
  act(() => stub.set({ status: "connecting", attempt: 1 }));
  pass(1999);
  expect(line().hidden).toBe(true);
  pass(1);
  expect(line().hidden).toBe(false);
});

test("does not begin to wait anew with each attempt", () => {
  const stub = show({ status: "connecting", attempt: 1 });
  pass(1000);
  act(() => stub.set({ status: "waiting", attempt: 1, retryAt: Date.now() + 3_000 }));
  pass(1000);
  expect(line().hidden).toBe(false);
});

test("connects at once when the button is pressed", () => {
  const stub = show({ status: "parked", attempt: 10 });
  pass(2000);
  fireEvent.click(screen.getByRole("button", { name: "Retry now" }));
  expect(stub.reconnects()).toBe(1);
});

test("says it in the application's own words", () => {
  show(
    { status: "waiting", attempt: 2, retryAt: Date.now() + 5_000 },
    {
      delayMs: 0,
      className: "line",
      retryLabel: "Los",
      children: (view) => `Versuch ${view.attempt}`,
    },
  );
  pass(0);
  expect(line().textContent).toBe("Versuch 2Los");
  expect(line().className).toBe("line");
});

test("leaves no listener and no timer behind", () => {
  const stub = show({ status: "waiting", attempt: 1, retryAt: Date.now() + 9_000 });
  pass(2000);
  cleanup();
  expect([stub.listeners(), vi.getTimerCount()]).toEqual([0, 0]);
});
