import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const PAGE = fileURLToPath(new URL("../../dist/page/index.html", import.meta.url));

/** The real workbench: the parent, its server and its worker, as `pnpm start` runs them. */
export interface RunningWorkbench {
  /** `http://127.0.0.1:<port>` */
  readonly address: string;
  /** Kills one of the two like a crash does, and resolves once another one stands in its place. */
  kill(name: "server" | "worker"): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it; the runs are kept in `dataFolder`. Port 0 is a free one. */
export async function startWorkbench(
  dataFolder: string,
  defaultFolder: string,
  port = "0",
): Promise<RunningWorkbench> {
  const args = [mainProgram(), "--port", port, "--data", dataFolder, "--folder", defaultFolder];
  const parent = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const address = await readAddress(parent);
  return {
    address,
    async kill(name) {
      const pid = await waitFor(() => findChild(parent, name));
      process.kill(pid, "SIGKILL");
      await waitFor(() => {
        const next = findChild(parent, name);
        return next === pid ? undefined : next;
      });
    },
    stop: () => stop(parent),
  };
}

/** The built program that a person starts. */
export function mainProgram(): string {
  for (const file of [MAIN, PAGE])
    if (!existsSync(file))
      throw new Error(
        `${file} is missing: build first (pnpm turbo run build --filter=@runwire/workbench...)`,
      );
  return MAIN;
}

/** The address that the parent prints. */
function readAddress(parent: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    parent.once("exit", (code) => reject(new Error(`the workbench ended with ${code}`)));
    if (!parent.stdout) return reject(new Error("the workbench has no output"));
    createInterface({ input: parent.stdout }).on("line", (line) => {
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (address) resolve(address);
    });
  });
}

/** The child that runs that program, by the list of processes. */
function findChild(parent: ChildProcess, name: "server" | "worker"): number | undefined {
  const list = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  const rows = list.split("\n").map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row));
  const row = rows.find(
    (found) => Number(found?.[2]) === parent.pid && isProgram(found?.[3], name),
  );
  return row ? Number(row[1]) : undefined;
}

function isProgram(args: string | undefined, name: string): boolean {
  return args?.includes(`/dist/${name}.js`) ?? false;
}

async function waitFor<T>(look: () => T | undefined): Promise<T> {
  const until = performance.now() + 10_000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > until) throw new Error("waited 10 s for a process in vain");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function stop(parent: ChildProcess): Promise<void> {
  if (parent.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    parent.once("exit", () => resolve());
    parent.kill("SIGTERM");
  });
}
