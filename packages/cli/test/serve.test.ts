import { startRun } from "@runwire/agent";
import { createRunwireClient, type RunwireClient } from "@runwire/client";
import { expect, onTestFinished, test } from "vitest";
import { runCli, startServe, temporaryFile } from "./support/run-cli.ts";

const users = JSON.stringify({
  tokens: {
    "token-of-ann": { id: "ann", channels: ["ann:*"], admin: false },
    "token-of-all": { id: "all", channels: ["*"] },
    "token-of-old": { id: "old", channels: ["*"], expiresAt: 1 },
  },
});

function connect(url: string, token?: string): RunwireClient {
  const client = createRunwireClient({ url, ...(token !== undefined && { token }) });
  onTestFinished(() => client.close());
  return client;
}

async function writeRun(client: RunwireClient, channel: string): Promise<void> {
  const run = await startRun(client, { channel, agent: { name: "tester" } });
  await run.say("hello");
  await run.complete();
}

test("prints its address first, and answers GET …/status there", async () => {
  const { url } = await startServe("--access", "open");
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/runwire$/);
  const status = await fetch(`${url}/status`);
  expect(await status.json()).toMatchObject({ status: "ok" });
});

test.for(["SIGTERM", "SIGINT"] as const)("drains and exits 0 on %s", async (signal) => {
  const { url, child, ended } = await startServe("--access", "open");
  const client = connect(url);
  await writeRun(client, "c");
  child.kill(signal);
  expect(await ended).toMatchObject({ code: 0, stderr: "" });
});

test("keeps runs in a file over a restart", async () => {
  const file = await temporaryFile("placeholder", "");
  const store = `sqlite:${file}.db`;
  const first = await startServe("--access", "open", "--store", store);
  await writeRun(connect(first.url), "c");
  first.child.kill("SIGTERM");
  await first.ended;
  const second = await startServe("--access", "open", "--store", store);
  const { runs } = await connect(second.url).channel("c").runs();
  expect(runs.map((run) => run.status)).toEqual(["success"]);
});

test("lets a token do in its channels what it may, and nothing anywhere else", async () => {
  const { url } = await startServe("--users", await temporaryFile("users.json", users));
  const ann = connect(url, "token-of-ann");
  await writeRun(ann, "ann:1");
  await expect(writeRun(ann, "bob:1")).rejects.toMatchObject({ code: "forbidden" });
  await expect(ann.channel("bob:1").runs()).rejects.toMatchObject({ code: "forbidden" });
  await expect(connect(url, "token-of-all").channel("ann:1").runs()).resolves.toMatchObject({
    runs: [{ status: "success" }],
  });
});

test.for(["token-of-old", "token-of-nobody", undefined])(
  "lets nobody in with %s",
  async (token) => {
    const { url } = await startServe("--users", await temporaryFile("users.json", users));
    await expect(connect(url, token).channel("c").runs()).rejects.toMatchObject({ code: "closed" });
  },
);

test("refuses a page of another origin, and takes those that are named", async () => {
  const { url } = await startServe("--access", "open", "--origin", "https://app.example.com");
  const statusFor = async (origin: string) => {
    const { request } = await import("node:http");
    return new Promise<number | undefined>((resolve, reject) => {
      const upgrade = request(url, {
        headers: {
          connection: "Upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "13",
          "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
          "sec-websocket-protocol": "runwire.v1",
          origin,
        },
      });
      upgrade.once("response", (response) => resolve(response.statusCode));
      upgrade.once("upgrade", (response, socket) => {
        socket.destroy();
        resolve(response.statusCode);
      });
      upgrade.once("error", reject);
      upgrade.end();
    });
  };
  expect(await statusFor("https://evil.example.com")).toBe(403);
  expect(await statusFor("https://app.example.com")).toBe(101);
});

test("lists its commands, and its version", async () => {
  expect((await runCli("--help")).stdout).toMatch(/serve[\s\S]*tail/);
  expect(await runCli("--version")).toMatchObject({ code: 0, stderr: "" });
});
