import { createSqliteStore } from "@runwire/store/sqlite";
import { expect, test } from "vitest";
import { runCli, temporaryFile } from "./support/run-cli.ts";

async function epochOf(file: string): Promise<string> {
  const store = createSqliteStore({ file });
  const { epoch } = await store.head("c");
  await store.close();
  return epoch;
}

test("gives the channels of a file new epochs, and says so", async () => {
  const file = `${await temporaryFile("placeholder", "")}.db`;
  const before = await epochOf(file);
  const { code, stdout, stderr } = await runCli("renew-epochs", "--store", `sqlite:${file}`);
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: `every channel of ${file} has a new epoch\n`,
    stderr: "",
  });
  expect(await epochOf(file)).not.toBe(before);
});
