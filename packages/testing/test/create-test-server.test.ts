import { withRun } from "@runwire/agent";
import { createMemoryStore } from "@runwire/store";
import { expect, test } from "vitest";
import { createTestServer, readChannel } from "../src/index.ts";
import { eventually } from "./eventually.ts";

const channel = "chat:1";
const agent = { name: "researcher" };

test("is open to everyone where nobody says who may what", async () => {
  await using runwire = await createTestServer();
  const watching = runwire.connect().channel(channel);
  watching.subscribe(() => {});
  await withRun(runwire.connect(), { channel, agent, runId: "r1" }, (run) => run.say("done"));
  await eventually(() => watching.snapshot().state.runs.r1?.status).toBe("success");
  expect(await readChannel(runwire.server, channel)).toHaveLength(3);
});

test("asks `authenticate` and `authorize` where they are given", async () => {
  await using runwire = await createTestServer({
    authenticate: ({ token }) =>
      token === undefined ? null : { id: token, isAdmin: token === "ann" },
    authorize: ({ user }) => user.isAdmin,
  });
  const failed = runwire.connect();
  failed.reconnect();
  await eventually(() => failed.status).toBe("closed");
  const bob = runwire.connect({ token: "bob" }).channel(channel);
  await expect(bob.runs()).rejects.toMatchObject({ code: "forbidden" });
  const ann = runwire.connect({ token: "ann" }).channel(channel);
  expect(await ann.runs()).toEqual({ runs: [], more: false });
});

test("goes on, on its port and with its store, where it is started again", async () => {
  const store = createMemoryStore();
  const first = await createTestServer({ store });
  await withRun(first.server, { channel, agent, runId: "r1" }, () => {});
  await first.close();
  await using second = await createTestServer({ store, port: first.port });
  expect(second.url).toBe(first.url);
  expect((await second.connect().channel(channel).runs()).runs).toMatchObject([{ runId: "r1" }]);
});

test("closing ends its clients and its own store, and twice is once", async () => {
  const runwire = await createTestServer();
  const client = runwire.connect();
  await client.channel(channel).runs();
  expect(runwire.close()).toBe(runwire.close());
  await runwire.close();
  expect(client.status).toBe("closed");
  await expect(runwire.store.head(channel)).rejects.toMatchObject({ code: "closed" });
});

test("a port that is taken is told", async () => {
  await using runwire = await createTestServer();
  await expect(createTestServer({ port: runwire.port })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});
