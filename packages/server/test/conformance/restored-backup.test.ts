import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createSqliteStore } from "@runwire/store/sqlite";
import { expect, onTestFinished, test } from "vitest";
import { custom } from "./support/sample-events.ts";
import { publish, readLog, startServer } from "./support/server-under-test.ts";

const subscribe = { type: "subscribe", channel: "c" };

/** A file with `a` and `b` in it, set back to what it was before `c` came; and the position after `c`. */
async function createRestoredFile() {
  const folder = mkdtempSync(join(tmpdir(), "runwire-backup-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "runs.db");
  const store = createSqliteStore({ file });
  const { connect } = await startServer({ store });
  const writer = await connect();
  await publish(writer, [custom("a"), custom("b")]);
  const backup = new DatabaseSync(file);
  backup.exec(`VACUUM INTO '${join(folder, "backup.db")}'`);
  backup.close();
  const { epoch } = await publish(writer, [custom("c")]);
  await store.close();
  copyFileSync(join(folder, "backup.db"), file);
  return { file, position: { epoch, offset: 3 } };
}

async function startRestored(file: string) {
  const store = createSqliteStore({ file });
  onTestFinished(() => store.close());
  return startServer({ store });
}

test("[RW-LOG-2] after a backup was restored and its epochs renewed, whoever was ahead begins anew, however much came since", async () => {
  const { file, position } = await createRestoredFile();
  const { store, connect } = await startRestored(file);
  await store.renewEpochs();
  const connection = await connect();
  await publish(connection, [custom("x"), custom("y")]);
  const answer = await connection.request({ ...subscribe, from: position });
  expect(answer).toMatchObject({ reset: "epoch", from: 0, offset: 4 });
  expect((await readLog(connection)).map(({ name }) => name)).toEqual(["a", "b", "x", "y"]);
});

test("[RW-SUB-16] without that, whoever is ahead of the log is told as long as it is", async () => {
  const { file, position } = await createRestoredFile();
  const { connect } = await startRestored(file);
  const answer = await (await connect()).request({ ...subscribe, from: position });
  expect(answer).toMatchObject({ reset: "ahead", from: 0, offset: 2 });
});

test("[RW-SUB-17] epochs that are renewed while the server runs reset who follows, before anything else", async () => {
  const { connect, store } = await startServer();
  const connection = await connect();
  await publish(connection, [custom("a")]);
  const { epoch } = await connection.request(subscribe);
  await connection.nextOf("events");
  await store.renewEpochs();
  const begun = await connection.nextOf("subscribed");
  expect(begun).toMatchObject({ reset: "epoch", from: 0, offset: 1 });
  expect(begun.epoch).not.toBe(epoch);
  expect(begun.id).toBeUndefined();
  expect((await connection.nextOf("events")).events).toMatchObject([{ name: "a", offset: 1 }]);
  await publish(connection, [custom("b")]);
  expect((await connection.nextOf("events")).events).toMatchObject([{ name: "b", offset: 2 }]);
});
