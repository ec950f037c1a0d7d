/**
 * Runs benchmarks by name, all of them without one:
 *
 *     pnpm bench
 *     node benchmarks/src/main.ts serializer react
 *     pnpm bench reliability storm drain
 *
 * They load the packages as published: build first, as `pnpm bench` does.
 */
import process from "node:process";

/** Each module measures when it is loaded, and prints its tables. */
const benchmarks: Readonly<Record<string, () => Promise<unknown>>> = {
  serializer: () => import("./serializer.ts"),
  react: () => import("./react.ts"),
  store: () => import("./store.ts"),
  "long-log": () => import("./long-log.ts"),
  "end-to-end": () => import("./end-to-end.ts"),
  "fan-out": () => import("./fan-out.ts"),
};

/** Takes many minutes, and reads what stands behind its name itself: only when it is named first. */
const reliability = "reliability";

const known = Object.keys(benchmarks);
const chosen = process.argv.length > 2 ? process.argv.slice(2) : known;
const unknown = chosen.filter((name) => !known.includes(name));

if (chosen[0] === reliability) {
  await import("./reliability.ts");
} else if (unknown.length > 0) {
  const all = [...known, reliability].join(", ");
  console.error(`no benchmark is named ${unknown.join(", ")}; there are ${all}`);
  process.exitCode = 2;
} else {
  for (const name of chosen) {
    console.log(`## ${name}\n`);
    await benchmarks[name]?.();
  }
}
