import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Tests read the packages' sources, so `vitest` needs no build first.
const conditions = ["@runwire/source", "module", "node", "development|production"];

// A package cannot name the test support in its manifest: that stands on the client, and a circle
// of packages has no order to build in. So it is found here, and in tsconfig.base.json.
const alias = {
  "@runwire/testing": fileURLToPath(new URL("packages/testing/src/index.ts", import.meta.url)),
};
const source = { resolve: { conditions, alias }, ssr: { resolve: { conditions } } };

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
          include: ["{packages,apps,examples}/*/test/**/*.test.ts", "scripts/test/**/*.test.ts"],
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
