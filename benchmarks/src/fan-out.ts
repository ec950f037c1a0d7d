import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type ScenarioName, type ServerName, scenarios } from "./fan-out/scenarios.ts";
import { type Spread, spreadOf } from "./harness.ts";

/**
 * What it costs a server to hand events out: processor seconds of its process for 1,000,000 deliveries to 100
 * sockets, over loopback, against `ws` with one shared Buffer and against socket.io. Runs of all servers alternate,
 * each in a fresh process; what counts is the ratio inside each round.
 */
const sockets = 100;
const rounds = 5;

const compared: Readonly<Record<ScenarioName, readonly ServerName[]>> = {
  single: ["runwire", "ws", "socket.io"],
  batch: ["runwire", "ws-batch", "socket.io-batch"],
  merge: ["runwire", "ws-batch", "socket.io-batch"],
  burst: ["runwire", "ws", "socket.io-batch"],
};

async function measure(server: ServerName, scenario: ScenarioName): Promise<number> {
  const script = fileURLToPath(new URL("fan-out/server.ts", import.meta.url));
  const child = fork(script, [server, scenario, `${sockets}`]);
  const died = once(child, "exit").then(([code]) => {
    throw new Error(`the process of ${server} ended without a result (${code})`);
  });
  const [seconds] = (await Promise.race([once(child, "message"), died])) as [number];
  await died.catch(() => {});
  const { turns, eventsPerTurn } = scenarios[scenario];
  return (seconds / (turns * eventsPerTurn * sockets)) * 1e6;
}

for (const [name, servers] of Object.entries(compared)) {
  // The keys are the scenarios.
  const scenario = name as ScenarioName;
  const seconds = new Map<ServerName, number[]>(servers.map((server) => [server, []]));
  for (let round = 0; round < rounds; round += 1)
    for (let turn = 0; turn < servers.length; turn += 1) {
      const server = servers[(round + turn) % servers.length];
      if (server) seconds.get(server)?.push(await measure(server, scenario));
    }
  print(scenarios[scenario].title, seconds);
}

function print(title: string, seconds: ReadonlyMap<ServerName, readonly number[]>): void {
  const own = seconds.get("runwire") ?? [];
  console.log(`### ${title}, ${sockets} sockets\n`);
  console.log("| server | CPU s for 1M deliveries | spread | runwire's share of it | spread |");
  console.log("|---|---:|---|---:|---|");
  for (const [server, runs] of seconds) {
    const ratio = spreadOf(runs.map((one, round) => (own[round] ?? 0) / one));
    console.log(`| ${server} | ${cells(spreadOf(runs), 3)} | ${cells(ratio, 2)} |`);
  }
  console.log("");
}

function cells({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} | ${min.toFixed(digits)} … ${max.toFixed(digits)}`;
}
