// Every check that is not a test, each whatever became of the ones before it. A name on the command
// line runs that one alone: `pnpm check architecture`.
import { spawnSync } from "node:child_process";

const sources = "packages apps examples benchmarks chaos scripts";

const checks = {
  "format and lint": ["biome ci ."],
  manifests: ["sherif"],
  "unused code": ["knip --no-config-hints"],
  "lockfile platforms": ["node scripts/check-lockfile-platforms.mjs"],
  architecture: [`depcruise --config scripts/architecture/import-rules.mjs ${sources}`],
  "browser imports": [
    "depcruise --config scripts/architecture/browser-rules.mjs packages/client/src packages/react/src",
  ],
  "published packages": ["turbo run check --output-logs=errors-only"],
  "bundle sizes": [
    "turbo run build --filter=@runwire/react... --output-logs=errors-only",
    "size-limit",
  ],
};

const wanted = process.argv.slice(2).join(" ");
if (wanted && !(wanted in checks)) {
  console.error(`no check is named "${wanted}"; there are: ${Object.keys(checks).join(", ")}`);
  process.exit(2);
}

function passes(command) {
  return spawnSync(command, { shell: true, stdio: "inherit" }).status === 0;
}

const failed = [];
for (const [name, commands] of Object.entries(checks)) {
  if (wanted && name !== wanted) continue;
  const startedAt = performance.now();
  console.log(`\n=== ${name}`);
  const ok = commands.every(passes);
  console.log(
    `=== ${name}: ${ok ? "ok" : "FAILED"}, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
  );
  if (!ok) failed.push(name);
}

console.log(failed.length > 0 ? `\nfailed: ${failed.join(", ")}` : "\nevery check passed");
process.exitCode = failed.length > 0 ? 1 : 0;
