import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Starts `src/server.ts` as it is, on a free port and over a file of its own; once in a test file. */
export async function startQuickstart() {
  const folder = await mkdtemp(join(tmpdir(), "runwire-quickstart-"));
  process.env.PORT = "0";
  process.env.RUNS_FILE = join(folder, "runs.db");
  const { http, runwire, shutDown } = await import("../../src/server.ts");
  if (!http.listening) await once(http, "listening");
  const { port } = http.address() as AddressInfo; // it listens on a port
  return {
    runwire,
    url: `ws://127.0.0.1:${port}/runwire`,
    async stop() {
      await shutDown();
      await rm(folder, { recursive: true });
    },
  };
}
