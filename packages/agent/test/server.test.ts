import { createServer, type Server } from "node:http";
import { createRunwireClient, type RunwireClient } from "@runwire/client";
import { checkRun } from "@runwire/protocol";
import { createRunwireServer } from "@runwire/server";
import { attachRunwire } from "@runwire/server/node";
import { createMemoryStore } from "@runwire/store";
import { FakeClock, settle } from "@runwire/testing";
import * as fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { resumeRun, startRun, withRun } from "../src/index.js";
import { expectTold, readLog } from "./support/expect-told.js";
import { performProgram } from "./support/perform-program.js";
import { anyProgram } from "./support/programs.js";
import { anyWeather, inWeather } from "./support/weather.js";

const never = () => new Promise<never>(() => {});
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe("in the server's own process", () => {
  it("random programs are told whole, by events that the server's schemas take", async () => {
    await fc.assert(
      fc.asyncProperty(anyProgram, anyWeather, async (program, weather) => {
        const server = createRunwireServer({
          store: createMemoryStore(),
          access: "open-to-everyone",
        });
        const { target, refusals } = inWeather(server, weather);
        const performance = await performProgram(target, program);
        const events = await readLog(server);
        await server.close();
        expect(refusals).toEqual([]);
        expect(checkRun(events).problems).toEqual([]);
        expectTold(events, performance);
      }),
      { numRuns: 60 },
    );
  });

  it("a run outlives a tool that says nothing for an hour, and not its writer", async () => {
    const clock = new FakeClock();
    const store = createMemoryStore({ clock: () => clock.now() });
    const options = { store, access: "open-to-everyone", clock } as const;
    const server = createRunwireServer(options);
    const run = await startRun(server, {
      channel: "test",
      runId: "run",
      agent: { name: "a" },
      clock,
    });
    void run.tool("think hard", {}, never);
    await clock.advance(3_600_000);
    expect((await store.run("test", "run"))?.status).toBe("running");
    expect(run.signal.aborted).toBe(false);
    await server.close();
    // Another process over the same store, and nobody who renews.
    const next = createRunwireServer(options);
    cleanUps.push(() => next.close());
    await clock.advance(59_000);
    expect((await store.run("test", "run"))?.status).toBe("running");
    await clock.advance(3_000);
    expect((await store.run("test", "run"))?.status).toBe("abandoned");
  });
});

describe("through a client, over a real socket", () => {
  async function listen() {
    const server = createRunwireServer({ store: createMemoryStore(), access: "open-to-everyone" });
    const http: Server = createServer();
    attachRunwire(server, http, { path: "/runwire" });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const address = http.address();
    const port = typeof address === "object" ? address?.port : undefined;
    cleanUps.push(
      () => http.close(),
      () => server.close(),
    );
    const connect = (): RunwireClient => {
      const client = createRunwireClient({ url: `ws://127.0.0.1:${port}/runwire` });
      cleanUps.push(() => client.close());
      return client;
    };
    return { server, connect };
  }

  it("people follow, approve, talk and cancel", async () => {
    const { connect } = await listen();
    const channel = connect().channel("test");
    cleanUps.push(channel.subscribe(() => {}));
    const runOf = () => channel.snapshot().state.runs.run;
    const words = Array.from({ length: 5_000 }, (_, index) => `word ${index} `);
    const done = withRun(
      connect(),
      { channel: "test", runId: "run", agent: { name: "a" } },
      async (run) => {
        run.on("message", (data) => ({ echo: data }));
        await run.tool("ask", { at: new Date(0) }, (_input, { awaitApproval }) => awaitApproval());
        for (const word of words) await run.say(word);
        await run.tool("wait", {}, never);
      },
    );
    const cancelled = expect(done).rejects.toMatchObject({ code: "cancelled" });
    await expect
      .poll(() => runOf()?.parts[0])
      .toMatchObject({ status: "awaiting_approval", input: { at: new Date(0) } });
    expect(await channel.command("run", "message", { text: "hi" })).toEqual({
      echo: { text: "hi" },
    });
    await channel.command("run", "approve", { toolCallId: "t1" });
    await expect(channel.command("run", "reject", { toolCallId: "t1" })).rejects.toMatchObject({
      code: "already_resolved",
    });
    await expect(channel.command("run", "dance")).rejects.toMatchObject({ code: "no_handler" });
    await expect.poll(() => runOf()?.parts.length).toBe(3);
    await channel.command("run", "cancel");
    await cancelled;
    await expect.poll(() => runOf()?.status).toBe("cancelled");
    expect(runOf()?.parts).toMatchObject([
      { status: "success" },
      { text: words.join("") },
      { status: "cancelled" },
    ]);
  });

  it("another process takes a run up, and the one before it is shut out", async () => {
    const { server, connect } = await listen();
    const before = await startRun(connect(), {
      channel: "test",
      runId: "run",
      agent: { name: "a" },
    });
    void before.tool("slow", {}, never);
    await before.custom("mark");
    await expect.poll(() => server.stats().appendedEvents).toBe(3);
    const run = await resumeRun(connect(), { channel: "test", runId: "run" });
    expect(run.state.parts).toMatchObject([
      { toolCallId: "t1", status: "running" },
      { name: "mark" },
    ]);
    await before.say("I am still here").catch(() => {});
    await expect(before.complete()).rejects.toMatchObject({ code: "run_taken" });
    await run.failTool("t1", new Error("the worker stopped"));
    await run.complete();
    const events = await readLog(server);
    expect(checkRun(events).problems).toEqual([]);
    expect(events.map((event) => event.type).slice(-2)).toEqual([
      "tool_completed",
      "agent_completed",
    ]);
    await settle();
  });
});
