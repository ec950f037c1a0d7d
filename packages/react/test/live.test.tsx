import { startRun } from "@runwire/agent";
import { cleanup, render, renderHook, screen, waitFor } from "@testing-library/react";
import { type ReactNode, StrictMode } from "react";
import { afterEach, expect, test } from "vitest";
import { RunwireProvider, useChannel, useRun, useRunCommands } from "../src/index.js";
import { type Live, startLive } from "./support/live-server.js";

afterEach(cleanup);

const CHANNEL = "chat:42";

function wrapperOf({ client }: Live) {
  return ({ children }: { readonly children: ReactNode }) => (
    <RunwireProvider client={client}>{children}</RunwireProvider>
  );
}

function begin({ runwire }: Live, runId: string) {
  return startRun(runwire, { channel: CHANNEL, runId, agent: { name: "researcher" } });
}

test("is loading until the history is there, then shows it", async () => {
  const live = await startLive();
  const run = await begin(live, "r");
  await run.complete({ output: new Date(0) });
  const { result } = renderHook(() => useChannel(CHANNEL), { wrapper: wrapperOf(live) });
  expect(result.current).toMatchObject({ runs: [], isLoading: true, error: undefined });
  await waitFor(() => expect(result.current.isLoading).toBe(false));
  expect(result.current.runs).toMatchObject([{ runId: "r", status: "success" }]);
  expect(result.current.runs[0]?.output).toEqual(new Date(0));
});

test("says why a channel cannot be followed", async () => {
  const live = await startLive();
  const { result } = renderHook(() => useChannel("private:a"), { wrapper: wrapperOf(live) });
  await waitFor(() => expect(result.current.error).toMatchObject({ code: "forbidden" }));
});

test("holds one subscription for ten components that StrictMode mounts twice", async () => {
  const live = await startLive();
  await begin(live, "r");
  const Name = () => <li>{useRun(CHANNEL, "r")?.agent.name}</li>;
  const Count = () => <li>{useChannel(CHANNEL).runs.length}</li>;
  render(
    <StrictMode>
      <RunwireProvider client={live.client}>
        {Array.from("abcde", (key) => [<Name key={key} />, <Count key={`${key}2`} />])}
      </RunwireProvider>
    </StrictMode>,
  );
  await waitFor(() => expect(screen.getAllByText("researcher")).toHaveLength(5));
  expect(screen.getAllByText("1")).toHaveLength(5);
  expect([live.sent("subscribe"), live.sent("unsubscribe")]).toEqual([1, 0]);
});

test("ends the subscription with the last component", async () => {
  const live = await startLive();
  const { result, unmount } = renderHook(() => useChannel(CHANNEL), { wrapper: wrapperOf(live) });
  await waitFor(() => expect(result.current.isLoading).toBe(false));
  unmount();
  await waitFor(() => expect(live.sent("unsubscribe")).toBe(1));
});

test("renders only when what the selector takes has changed", async () => {
  const live = await startLive();
  const run = await begin(live, "r");
  await run.think("first", { messageId: "one" });
  let renders = 0;
  const First = () => {
    renders++;
    return <p>{JSON.stringify(useRun(CHANNEL, "r", (state) => state.parts[0]))}</p>;
  };
  const Last = () => <i>{useRun(CHANNEL, "r", (state) => state.parts.length)}</i>;
  render(
    <RunwireProvider client={live.client}>
      <First />
      <Last />
    </RunwireProvider>,
  );
  await waitFor(() => screen.getByText(/first/));
  const before = renders;
  for (let count = 2; count <= 5; count++) {
    await run.say("more", { messageId: `message ${count}` });
    await waitFor(() => screen.getByText(String(count)));
  }
  expect(renders).toBe(before);
  await run.think(" and again", { messageId: "one" });
  await waitFor(() => screen.getByText(/first and again/));
  expect(renders).toBe(before + 1);
});

test("takes a selector that builds a new object each time", async () => {
  const live = await startLive();
  const run = await begin(live, "r");
  await run.think("a");
  const { result } = renderHook(() => useRun(CHANNEL, "r", (state) => ({ ...state })), {
    wrapper: wrapperOf(live),
  });
  await waitFor(() => expect(result.current?.parts).toHaveLength(1));
});

test("renders once for a frame: 2,000 deltas in no more than 210", async () => {
  const live = await startLive();
  const run = await begin(live, "r");
  let renders = 0;
  const View = () => {
    renders++;
    const parts = useRun(CHANNEL, "r", (state) => state.parts) ?? [];
    return <p>{parts.map((part) => part.type === "message" && part.text.length)}</p>;
  };
  render(<View />, { wrapper: wrapperOf(live) });
  await waitFor(() => expect(live.received("subscribed")).toBe(1));
  for (let count = 0; count < 2000; count++) {
    await run.think("word ");
    if (count % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await waitFor(() => screen.getByText(String(2000 * "word ".length)), { timeout: 5_000 });
  const frames = live.received("events");
  expect(frames).toBeGreaterThan(10);
  // The first render knows nothing yet, the second shows that the history is there.
  expect(renders).toBeLessThanOrEqual(Math.min(210, frames + 2));
}, 10_000);

test("loads older runs into the state, as long as there are any", async () => {
  const live = await startLive();
  for (const runId of ["a", "b", "c"]) await (await begin(live, runId)).complete();
  const { result } = renderHook(() => useChannel(CHANNEL, { runs: 1 }), {
    wrapper: wrapperOf(live),
  });
  const ids = () => result.current.runs.map(({ runId }) => runId);
  await waitFor(() => expect(ids()).toEqual(["c"]));
  const { loadOlder } = result.current;
  expect(result.current.state.olderRuns).toBe(true);
  expect(await loadOlder()).toBe(true);
  await waitFor(() => expect(ids()).toEqual(["a", "b", "c"]));
  expect(result.current.state.olderRuns).toBe(false);
  expect(result.current.loadOlder).toBe(loadOlder);
  expect(await loadOlder()).toBe(false);
});

test("follows one run without the history that the page left out", async () => {
  const live = await startLive();
  for (const runId of ["a", "b"]) await (await begin(live, runId)).complete();
  const { result } = renderHook(
    () => [
      useChannel(CHANNEL, { runs: 1 }).runs.length,
      useRun(CHANNEL, "b", undefined, { runs: 1 })?.status,
    ],
    { wrapper: wrapperOf(live) },
  );
  await waitFor(() => expect(result.current).toEqual([1, "success"]));
});

test("tells a run what a person wants, and gives the answer of its handler", async () => {
  const live = await startLive();
  const run = await begin(live, "r");
  run.on("message", (data) => ({ heard: data }));
  run.on("faster", (data) => data);
  const { result, rerender } = renderHook(() => useRunCommands(CHANNEL, "r"), {
    wrapper: wrapperOf(live),
  });
  const commands = result.current;
  expect(await commands.send("hello")).toEqual({ heard: "hello" });
  expect(await commands.command("faster", 2)).toBe(2);
  await expect(commands.command("slower")).rejects.toMatchObject({ code: "no_handler" });
  rerender();
  expect(result.current).toBe(commands);
  await commands.cancel();
  expect(run.signal.aborted).toBe(true);
});

test("approves one tool call and rejects another", async () => {
  const live = await startLive();
  const run = await begin(live, "r");
  const { result } = renderHook(() => useRunCommands(CHANNEL, "r"), { wrapper: wrapperOf(live) });
  const wait = (toolCallId: string) =>
    run.tool("delete", {}, (_input, { awaitApproval }) => awaitApproval().then(() => "deleted"), {
      toolCallId,
    });
  const approved = wait("a");
  const rejected = wait("b");
  rejected.catch(() => {}); // looked at below
  await waitFor(() => expect(run.state.parts).toHaveLength(2));
  await result.current.approve("a");
  await result.current.reject("b");
  expect(await approved).toBe("deleted");
  await expect(rejected).rejects.toMatchObject({ code: "rejected" });
});
