import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { RunwireError } from "@runwire/protocol";
import { createMemoryStore } from "@runwire/store";
import { expect, onTestFinished, test } from "vitest";
import { createRunwireServer } from "../../src/index.ts";
import { attachRunwire } from "../../src/node.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const [, script = ""] = /```bash\n([\s\S]*?)```/.exec(readme) ?? [];
const shown = "http://localhost:3000";
/** Where there is no shell it cannot be played; in CI that is a failure. */
const isPlayed =
  process.env.CI !== undefined || spawnSync("bash", ["-c", "type curl od"]).status === 0;
const users = new Map([["secret-of-ann", { id: "ann" }]]);

/** The server of the README, on any port. */
async function startServer() {
  const store = createMemoryStore();
  const server = createRunwireServer({
    store,
    authenticate: ({ token = "" }) => users.get(token) ?? null,
    authorize: ({ user, channel }) => channel.startsWith(`${user.id}:`),
  });
  const http = createServer();
  attachRunwire(server, http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    await server.close();
    http.closeAllConnections();
    http.close();
  });
  // A TCP server that listens has an address with a port.
  return { store, server, http, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

/** Runs the script of the README against a server; resolves to what it printed. */
function run(url: string): Promise<{ readonly code: unknown; readonly lines: readonly string[] }> {
  const text = script.replaceAll(shown, url);
  return new Promise((resolve) => {
    execFile("bash", ["-c", text], { timeout: 60_000 }, (error, output, problems) => {
      const lines = [...output.trim().split("\n"), ...problems.trim().split("\n")];
      resolve({ code: error?.code ?? 0, lines: lines.filter((line) => line !== "") });
    });
  });
}

test.skipIf(!isPlayed)(
  "the script writes a whole run with curl, each of its events once",
  {
    timeout: 70_000,
  },
  async () => {
    expect(script).toContain(shown);
    const { url, server, store, http } = await startServer();
    const append = store.append.bind(store);
    const tries: string[] = [];
    store.append = async (request) => {
      tries.push(request.id);
      const isFirst = tries.filter((id) => id === request.id).length === 1;
      if (request.id === "2" && isFirst) throw new RunwireError("store_unavailable", "not now");
      const result = await append(request);
      // It was appended, and the answer is lost.
      if (request.id === "3" && isFirst) http.closeAllConnections();
      return result;
    };
    const { code, lines } = await run(url);
    expect(code, lines.join("\n")).toBe(0);
    expect(tries).toEqual(["1", "2", "2", "3", "3", "4", "5"]);
    const { events } = await server.fetch({ channel: "ann:backup", after: 0 });
    expect(events.map(({ type, offset }) => `${offset} ${type}`)).toEqual([
      "1 agent_started",
      "2 agent_thinking",
      "3 tool_executing",
      "4 tool_completed",
      "5 agent_completed",
    ]);
    expect(lines.filter((line) => line.includes('"renewed"'))).toHaveLength(1);
  },
);

test.skipIf(!isPlayed)(
  "the script stops at an error that another try does not heal",
  {
    timeout: 70_000,
  },
  async () => {
    users.clear();
    onTestFinished(() => void users.set("secret-of-ann", { id: "ann" }));
    const { url, store } = await startServer();
    const { code, lines } = await run(url);
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"unauthenticated"');
    expect((await store.head("ann:backup")).offset).toBe(0);
  },
);
