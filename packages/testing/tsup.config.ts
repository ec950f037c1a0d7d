import { packageBuild } from "../../scripts/build/package-build.ts";

export default packageBuild({
  platform: "node",
  entry: ["src/index.ts", "src/vitest.ts"],
});
