import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test } from "vitest";
import { RunwireProvider, useConnection } from "../src/index.js";
import { createStubClient } from "./support/stub-client.js";

afterEach(cleanup);

function follow(stub: ReturnType<typeof createStubClient>) {
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <RunwireProvider client={stub.client}>{children}</RunwireProvider>
  );
  let renders = 0;
  const hook = renderHook(
    () => {
      renders++;
      return useConnection();
    },
    { wrapper },
  );
  return { current: () => hook.result.current, renders: () => renders };
}

test("gives what the client says, and renders when that changes", () => {
  const stub = createStubClient({ status: "connecting", attempt: 1 });
  const { current } = follow(stub);
  expect(current()).toMatchObject({ status: "connecting", attempt: 1, latencyMs: undefined });
  act(() => stub.set({ status: "connected", attempt: 0, latencyMs: 12 }));
  expect(current()).toMatchObject({ status: "connected", attempt: 0, latencyMs: 12 });
});

test("renders once for a change, and not for a notification without one", () => {
  const stub = createStubClient({ status: "connected", attempt: 0 });
  const { renders } = follow(stub);
  expect(renders()).toBe(1);
  act(() => stub.set({ status: "connected", attempt: 0 }));
  expect(renders()).toBe(1);
  act(() => stub.set({ status: "connected", attempt: 0, latencyMs: 1 }));
  expect(renders()).toBe(2);
});

test("gives the same reconnect through all changes", () => {
  const stub = createStubClient({ status: "parked", attempt: 10 });
  const { current } = follow(stub);
  const { reconnect } = current();
  act(() => stub.set({ status: "connected", attempt: 0 }));
  expect(current().reconnect).toBe(reconnect);
  reconnect();
  expect(stub.reconnects()).toBe(1);
});
