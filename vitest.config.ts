import { defineConfig } from "vitest/config";

// Tests read the packages' sources, so `vitest` needs no build first.
const conditions = ["@runwire/source", "module", "node", "development|production"];

const source = { resolve: { conditions }, ssr: { resolve: { conditions } } };

export default defineConfig({
  test: {
    reporters: ["default", "./scripts/testing/run-summary.ts"],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**"],
      reporter: ["text-summary", "lcov"],
    },
    projects: [
      {
        ...source,
        test: {
          name: "node",
          environment: "node",
          // Where fast-check is at home: the root does not depend on it.
          setupFiles: ["./chaos/test/tell-the-seed.ts"],
          include: [
            "{packages,apps,examples}/*/test/**/*.test.ts",
            "{scripts,chaos}/test/**/*.test.ts",
          ],
        },
      },
      {
        ...source,
        test: {
          name: "dom",
          environment: "happy-dom",
          include: ["{packages,apps,examples}/*/test/**/*.test.tsx"],
        },
      },
    ],
  },
});
