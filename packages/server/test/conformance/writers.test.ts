import { describe, expect, test } from "vitest";
import type { BareConnection } from "./bare/bare-connection.ts";
import { completed, started, thinking } from "./support/sample-events.ts";
import { publish, readLog, startServer } from "./support/server-under-test.ts";

function renew(connection: BareConnection, writer: string, given: object = {}) {
  return connection.request({ type: "renew", channel: "c", writer, runIds: ["r"], ...given });
}

const asSecond = { writer: "writer-2" };

describe("[RW-PUB-14] a run of another writer", () => {
  test("takes no publish", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    await publish(connection, [started("r")]);
    const answer = await publish(connection, [thinking("r", "x")], asSecond);
    expect(answer).toMatchObject({ type: "error", code: "run_taken", index: 0 });
    expect(await readLog(connection)).toHaveLength(1);
  });

  test("is lost to a renew", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    await publish(connection, [started("r")]);
    expect((await renew(connection, "writer-2")).lost).toEqual([{ runId: "r", code: "run_taken" }]);
    expect((await renew(connection, "writer-1")).lost).toEqual([]);
  });

  test("belongs to whoever takes it, and no longer to the first", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    await publish(connection, [started("r")]);
    expect((await renew(connection, "writer-2", { take: true })).lost).toEqual([]);
    expect(await publish(connection, [thinking("r", "late")])).toMatchObject({ code: "run_taken" });
    expect((await renew(connection, "writer-1")).lost).toEqual([{ runId: "r", code: "run_taken" }]);
    const answer = await publish(connection, [thinking("r", "x"), completed("r")], asSecond);
    expect(answer).toMatchObject({ type: "published", offset: 2 });
  });
});

describe("[RW-PUB-15] take", () => {
  test("is for the user who started the run", async () => {
    const { connect } = await startServer({ authorize: () => true });
    const [ann, bob] = [await connect("ann"), await connect("bob")];
    await publish(ann, [started("r")]);
    const refused = await renew(bob, "writer-2", { take: true });
    expect(refused.lost).toEqual([{ runId: "r", code: "forbidden" }]);
    expect(await publish(ann, [thinking("r", "x")])).toMatchObject({ type: "published" });
    const again = await connect("ann");
    expect((await renew(again, "writer-3", { take: true })).lost).toEqual([]);
  });
});

test("[RW-PUB-16] names each run that was not renewed, and why", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  await publish(connection, [started("r")]);
  await publish(connection, [started("ended"), completed("ended")]);
  await publish(connection, [started("foreign")], asSecond);
  const answer = await renew(connection, "writer-1", { runIds: ["r", "ended", "none", "foreign"] });
  expect(answer).toMatchObject({ type: "renewed" });
  expect(answer.lost).toEqual([
    { runId: "ended", code: "run_completed" },
    { runId: "none", code: "run_not_found" },
    { runId: "foreign", code: "run_taken" },
  ]);
});

test("[RW-PUB-13] never shows a writer's name to anybody", async () => {
  const { connect } = await startServer({ authorize: () => true });
  const [ann, bob] = [await connect("ann"), await connect("bob")];
  const secret = "writer-with-a-secret-name";
  const texts: string[] = [];
  bob.onMessage((message) => texts.push(JSON.stringify(message)));
  await bob.request({ type: "subscribe", channel: "c" });
  await publish(ann, [started("r"), thinking("r", "x")], { writer: secret });
  await bob.nextOf("events");
  await bob.request({ type: "fetch", channel: "c", after: 0 });
  await bob.request({ type: "list", channel: "c" });
  await publish(bob, [thinking("r", "y")], asSecond);
  await renew(bob, "writer-2");
  await renew(bob, "writer-2", { take: true });
  expect(texts.length).toBeGreaterThan(6);
  expect(texts.filter((text) => text.includes(secret))).toEqual([]);
});
