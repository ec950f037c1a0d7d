import { isRunwireError } from "@runwire/protocol";
import { cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  RunwireProvider,
  useChannel,
  useConnection,
  useRun,
  useRunCommands,
  useRunwireClient,
} from "../src/index.js";
import { createStubClient } from "./support/stub-client.js";

// React tells of an error that a render threw; here it is what is asked for.
beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => {}));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

function catchFrom(hook: () => unknown): unknown {
  try {
    renderHook(hook);
  } catch (error) {
    return error;
  }
}

test.each([
  ["useRunwireClient", () => useRunwireClient()],
  ["useChannel", () => useChannel("a")],
  ["useRun", () => useRun("a", "r")],
  ["useRunCommands", () => useRunCommands("a", "r")],
  ["useConnection", () => useConnection()],
])("%s says that there is no provider", (_name, hook) => {
  const error = catchFrom(hook);
  expect(isRunwireError(error) && error.code).toBe("no_provider");
  expect(String(error)).toContain("wrap the app in one");
});

test("gives the nearest client", () => {
  const outer = createStubClient({ status: "idle", attempt: 0 });
  const inner = createStubClient({ status: "idle", attempt: 0 });
  const { result } = renderHook(() => useRunwireClient(), {
    wrapper: ({ children }) => (
      <RunwireProvider client={outer.client}>
        <RunwireProvider client={inner.client}>{children}</RunwireProvider>
      </RunwireProvider>
    ),
  });
  expect(result.current).toBe(inner.client);
});
