import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createSqliteStore } from "@runwire/store/sqlite";
import { expect, onTestFinished, test } from "vitest";
import { LossReport } from "../../src/log/loss-report.ts";
import type { WireEvent } from "../conformance/bare/wire.ts";
import { custom, started } from "../conformance/support/sample-events.ts";
import { publish, readLog, startServer } from "../conformance/support/server-under-test.ts";
import { createCollectingLogger } from "../support/collecting-logger.ts";

const lost = (offset: number) => ({ offset, isLost: true }) as const;

test("tells of each place once, in one line for what was read at once", () => {
  const { logger, lines } = createCollectingLogger();
  const report = new LossReport(logger);
  report.note("c", [{ offset: 1 }, lost(2), lost(3), lost(4), { offset: 5 }, lost(9)]);
  report.note("c", [lost(4), lost(9)]);
  report.note("c", [lost(9), lost(10)]);
  report.note("d", [{ offset: 1 }]);
  report.note("d", [lost(2)]);
  expect(lines.map(({ message }) => message)).toEqual([
    "the store has lost events of channel c, at offset 2–4, 9; runwire:unreadable stands in their place",
    "the store has lost events of channel c, at offset 10; runwire:unreadable stands in their place",
    "the store has lost events of channel d, at offset 2; runwire:unreadable stands in their place",
  ]);
});

/** A file in which one event is gone, one is torn, and one only looks like an event. */
async function createDamagedFile(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "runwire-lost-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "runs.db");
  const store = createSqliteStore({ file });
  const { connect } = await startServer({ store });
  const writer = await connect();
  await publish(writer, [started("r"), custom("n", { runId: "r", data: "secret" })]);
  await publish(writer, [custom("a"), custom("b"), custom("c"), custom("d")]);
  await store.close();
  const database = new DatabaseSync(file);
  database.exec(`DELETE FROM events WHERE offset = 2;
    UPDATE events SET json = '{"type":"cus' WHERE offset = 3;
    UPDATE events SET json = '{"type":"secret}' WHERE offset = 5`);
  database.close();
  return file;
}

/** How many of the events that came say that they are lost. */
const countLost = (events: readonly WireEvent[] = []) =>
  events.filter(({ name }) => name === "runwire:unreadable").length;

test.each([
  ["from the start", {}],
  ["with its latest run", { runs: 1 }],
])(
  "what the file has lost is shown in its place, %s, and told to the logger once",
  async (_how, given) => {
    const { logger, lines } = createCollectingLogger();
    const store = createSqliteStore({ file: await createDamagedFile() });
    onTestFinished(() => store.close());
    const { connect } = await startServer({ store, logger });
    for (let reader = 0; reader < 2; reader += 1) {
      const connection = await connect();
      await connection.request({ type: "subscribe", channel: "c", ...given });
      expect(countLost((await connection.nextOf("events")).events)).toBe(3);
    }
    expect(countLost(await readLog(await connect()))).toBe(3);
    expect(lines).toEqual([
      {
        message:
          "the store has lost events of channel c, at offset 2–3, 5; runwire:unreadable stands in their place",
        details: undefined,
      },
    ]);
  },
);
