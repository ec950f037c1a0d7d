import { type StdioOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Of a parent that runs the sources, the children do too; else what is built. */
const ofParent = process.execArgv.includes("--conditions=@runwire/source") ? process.execArgv : [];

/** Starts a script of this folder. */
export function runScript(name: string, args: readonly string[], stdio: StdioOptions) {
  const script = fileURLToPath(new URL(name, import.meta.url));
  return spawn(process.execPath, [...ofParent, script, ...args], { stdio });
}

/** The built `runwire`: what people run; with the arguments of Node before it. */
export function toProgram(): readonly string[] {
  const program = fileURLToPath(
    new URL("dist/main.js", import.meta.resolve("runwire/package.json")),
  );
  if (!existsSync(program)) throw new Error(`${program} is missing; build first: pnpm build`);
  return [...ofParent, program];
}
