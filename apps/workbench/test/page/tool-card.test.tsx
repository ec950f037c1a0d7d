import type { ToolPart } from "@runwire/protocol";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { ToolCard } from "../../src/page/run/tool-card.tsx";

afterEach(cleanup);

function show(fields: Partial<ToolPart>) {
  const part: ToolPart = {
    type: "tool",
    toolCallId: "t",
    name: "search_text",
    status: "running",
    startedAt: 1_000,
    ...fields,
  };
  render(<ToolCard part={part} />);
}

const ended = { completedAt: 1_340 } as const;
const bar = () => screen.queryByRole<HTMLProgressElement>("progressbar");

test("shows how far a call is, and what it says of it", () => {
  show({ progress: { fraction: 0.4, message: "31 hits" } });
  expect(bar()?.value).toBe(0.4);
  expect(screen.getByText("31 hits")).toBeTruthy();
});

test("shows no bar where nobody says how far it is", () => {
  show({ progress: { message: "31 hits" } });
  expect(bar()).toBeNull();
});

test("fills the bar of a call that succeeded, wherever it stood", () => {
  show({ status: "success", progress: { fraction: 0.7, message: "31 hits" }, ...ended });
  expect(bar()?.value).toBe(1);
  expect(screen.queryByText("31 hits")).toBeNull();
});

test.each(["error", "cancelled"] as const)(
  "leaves no bar standing when it ended as %s",
  (status) => {
    show({ status, progress: { fraction: 0.7 }, ...ended });
    expect(bar()).toBeNull();
  },
);

test("says how it ended, how long it took and why it failed", () => {
  show({ status: "error", error: { name: "TypeError", message: "no such file" }, ...ended });
  expect(screen.getByText("failed")).toBeTruthy();
  expect(screen.getByText("340 ms")).toBeTruthy();
  expect(screen.getByText("TypeError: no such file")).toBeTruthy();
});

test("shows arguments as they stream, and then as they are", () => {
  show({ status: "preparing", inputText: '{"text": "a' });
  expect(screen.getByText('{"text": "a')).toBeTruthy();
  cleanup();
  show({ inputText: '{"text": "abc"}', input: { text: "abc" } });
  expect(screen.getByText('{ text: "abc" }')).toBeTruthy();
});

test("folds a long output, and shows all of it when asked", () => {
  const output = Array.from({ length: 50 }, (_, index) => `line ${index}`);
  show({ status: "success", output, ...ended });
  expect(screen.queryByText(/line 49/)).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: /Show all/ }));
  expect(screen.getByText(/line 49/)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Show less" }));
  expect(screen.queryByText(/line 49/)).toBeNull();
});
