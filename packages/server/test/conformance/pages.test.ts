import { describe, expect, test } from "vitest";
import { completed, custom, started, thinking } from "./support/sample-events.ts";
import { publish, startServer } from "./support/server-under-test.ts";

const fetch = { type: "fetch", channel: "c" };
const list = { type: "list", channel: "c" };

describe("[RW-SUB-23] fetch", () => {
  test("reads the log page by page, each event once", async () => {
    const { connect } = await startServer();
    const connection = await connect();
    await publish(
      connection,
      Array.from({ length: 10 }, (_, index) => custom(`${index}`)),
    );
    const names: unknown[] = [];
    for (let after = 0; after < 10; ) {
      const page = await connection.request({ ...fetch, after, limit: 3 });
      expect(page).toMatchObject({ type: "fetched", channel: "c", after, head: 10 });
      expect(page.events?.length).toBeLessThanOrEqual(3);
      names.push(...(page.events ?? []).map(({ name }) => name));
      after = page.offset ?? 10;
    }
    expect(names).toEqual(Array.from({ length: 10 }, (_, index) => `${index}`));
  });

  test.each([2, 3, Number.MAX_SAFE_INTEGER])(
    "after %i, at or beyond the head, gives no events and goes nowhere",
    async (after) => {
      const { connect } = await startServer();
      const connection = await connect();
      await publish(connection, [custom("a"), custom("b")]);
      const page = await connection.request({ ...fetch, after });
      expect(page).toMatchObject({ after, offset: after, head: 2, events: [] });
    },
  );

  test.each([-1, 1.5, 2 ** 53, "0"])("after %j is a bad message", async (after) => {
    const { connect } = await startServer();
    const answer = await (await connect()).request({ ...fetch, after });
    expect(answer).toMatchObject({ type: "error", code: "bad_message" });
  });

  test.each([0, 1001, 1.5])("a limit of %j is a bad message", async (limit) => {
    const { connect } = await startServer();
    const answer = await (await connect()).request({ ...fetch, after: 0, limit });
    expect(answer).toMatchObject({ type: "error", code: "bad_message" });
  });
});

test("[RW-SUB-24] fetches one run's events only, page by page", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  await publish(connection, [started("r1")]);
  await publish(connection, [started("r2")]);
  for (let count = 0; count < 3; count += 1) {
    await publish(connection, [thinking("r1", `one ${count}`)]);
    await publish(connection, [thinking("r2", `two ${count}`)]);
    await publish(connection, [custom("of the channel")]);
  }
  const offsets: unknown[] = [];
  for (let after = 0; after < 11; ) {
    const page = await connection.request({ ...fetch, after, runId: "r2", limit: 2 });
    expect(page.events?.every(({ runId }) => runId === "r2")).toBe(true);
    offsets.push(...(page.events ?? []).map(({ offset }) => offset));
    after = page.offset ?? 11;
  }
  expect(offsets).toEqual([2, 4, 7, 10]);
});

test("[RW-SUB-25] answers an unknown runId or before with run_not_found", async () => {
  const { connect } = await startServer();
  const connection = await connect();
  await publish(connection, [started("r")]);
  const stranger = "stranger";
  const fetched = await connection.request({ ...fetch, after: 0, runId: stranger });
  expect(fetched).toMatchObject({ type: "error", code: "run_not_found" });
  const listed = await connection.request({ ...list, before: stranger });
  expect(listed).toMatchObject({ type: "error", code: "run_not_found" });
});

describe("[RW-SUB-26] list", () => {
  async function startWithRuns() {
    const { connect } = await startServer();
    const connection = await connect();
    await publish(connection, [
      started("r1", { title: "first", agent: { name: "a", model: "m" } }),
    ]);
    await publish(connection, [started("r1.1", { parentRunId: "r1" })]);
    await publish(connection, [started("r2"), completed("r2", { outcome: "error" })]);
    await publish(connection, [started("r1.1.1", { parentRunId: "r1.1" })]);
    await publish(connection, [started("r3")]);
    return connection;
  }

  test("holds root runs, newest first, each followed by its descendants", async () => {
    const connection = await startWithRuns();
    const { runs, more } = await connection.request(list);
    expect(runs?.map(({ runId }) => runId)).toEqual(["r3", "r2", "r1", "r1.1", "r1.1.1"]);
    expect(more).toBe(false);
    expect(runs?.[1]).toMatchObject({ runId: "r2", status: "error", first: 3, last: 4 });
    expect(runs?.[1]?.completedAt).toEqual(expect.any(Number));
    expect(runs?.[2]).toMatchObject({
      title: "first",
      agent: { name: "a", model: "m" },
      status: "running",
      first: 1,
      last: 1,
    });
    expect(runs?.[4]).toMatchObject({ parentRunId: "r1.1" });
  });

  test("shows of a run what the tables name, and nothing else", async () => {
    const connection = await startWithRuns();
    const { runs = [] } = await connection.request(list);
    const known = ["runId", "parentRunId", "agent", "title", "status", "startedAt", "completedAt"];
    known.push("first", "last", "moreDescendants");
    expect(runs.flatMap((run) => Object.keys(run)).filter((key) => !known.includes(key))).toEqual(
      [],
    );
  });

  test("counts root runs in limit and before, and takes a descendant for its root", async () => {
    const connection = await startWithRuns();
    const idsOf = async (given: object) => {
      const { runs, more } = await connection.request({ ...list, ...given });
      return [runs?.map(({ runId }) => runId), more];
    };
    expect(await idsOf({ limit: 1 })).toEqual([["r3"], true]);
    expect(await idsOf({ limit: 2, before: "r3" })).toEqual([
      ["r2", "r1", "r1.1", "r1.1.1"],
      false,
    ]);
    expect(await idsOf({ before: "r1.1.1" })).toEqual([[], false]);
  });

  test("lets the latest 1 000 descendants follow a root, and says where there are more", async () => {
    const { connect, server } = await startServer();
    const begin = (runId: string, given = {}) =>
      server.publish({
        ...{ channel: "c", writer: "w", id: runId },
        events: [JSON.stringify(started(runId, given))],
      });
    await begin("root");
    for (let count = 1; count <= 1_002; count += 1)
      await begin(`${count}`, { parentRunId: "root" });
    const { runs = [] } = await (await connect()).request(list);
    expect(runs).toHaveLength(1_001);
    expect(runs[0]).toMatchObject({ runId: "root", moreDescendants: true });
    expect([runs[1]?.runId, runs.at(-1)?.runId]).toEqual(["3", "1002"]);
  });
});
