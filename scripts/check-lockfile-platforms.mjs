// A lockfile that was written where a registry lacks the newest macOS or Windows binaries leaves
// them out without a word, and the tool is then missing on those machines. This check finds every
// family of platform packages in pnpm-lock.yaml and names the platforms that a family lacks.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const requiredPlatforms = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "win32-x64"];

/** Families that may lack a platform, and why that hurts nobody. */
const allowedGaps = {
  // The pinned Node.js: on macOS a contributor's own Node.js runs the scripts.
  "node-": ["darwin-arm64", "darwin-x64"],
  // An optional extra that Rollup 4.67.4 names for one platform only; nothing here calls it.
  "@napi-rs/lzma-": ["darwin-arm64", "darwin-x64", "linux-arm64", "win32-x64"],
};

const systems = { darwin: "darwin", macos: "darwin", linux: "linux", win32: "win32", win: "win32" };
systems.windows = "win32";
const architectures = { arm64: "arm64", x64: "x64", 64: "x64" };
const platformPattern = new RegExp(
  `^(.*?[-/.])(${Object.keys(systems).join("|")})[-.](${Object.keys(architectures).join("|")})(?![a-z0-9])`,
);

/** The packages of a lockfile: names and versions. */
function packagesOf(lockfile) {
  const start = lockfile.indexOf("\npackages:");
  const end = lockfile.indexOf("\nsnapshots:");
  if (start < 0 || end < start) throw new Error("this is not a lockfile of version 9");
  const entries = lockfile
    .slice(start, end)
    .matchAll(/^ {2}'?(@?[^\s'@:]+)@([^'(:\n]+)[^:\n]*:$/gm);
  return [...entries].map(([, name, version]) => ({ name, version }));
}

/** `@esbuild/darwin-arm64` → family `@esbuild/`, platform `darwin-arm64`. */
function toPlatform(name) {
  const match = platformPattern.exec(name);
  if (!match) return undefined;
  const [, family, system, architecture] = match;
  return { family, platform: `${systems[system]}-${architectures[architecture]}` };
}

/** The families, each version on its own: one release may have what the next one lacks. */
function toFamilies(packages) {
  const families = new Map();
  for (const { name, version } of packages) {
    const found = toPlatform(name);
    if (!found) continue;
    const key = `${found.family}*@${version}`;
    const family = families.get(key) ?? { key, name: found.family, platforms: new Set() };
    family.platforms.add(found.platform);
    families.set(key, family);
  }
  return [...families.values()];
}

/** Each family that lacks a platform without leave, with the platforms that it lacks. */
export function findGaps(lockfile) {
  return toFamilies(packagesOf(lockfile)).flatMap(({ key, name, platforms }) => {
    const allowed = allowedGaps[name] ?? [];
    const missing = requiredPlatforms.filter((p) => !platforms.has(p) && !allowed.includes(p));
    return missing.length > 0 ? [{ family: key, missing }] : [];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const gaps = findGaps(readFileSync("pnpm-lock.yaml", "utf8"));
  for (const { family, missing } of gaps) {
    console.error(
      `pnpm-lock.yaml: ${family} lacks ${missing.join(", ")}: pin a version that has it`,
    );
  }
  if (gaps.length > 0) process.exitCode = 1;
}
