import { packageBuild } from "../../scripts/build/package-build.ts";

export default packageBuild({
  platform: "node",
  entry: ["src/index.ts", "src/vitest.ts"],
  // `await using` a server or a proxy.
  typeLibraries: ["esnext.disposable"],
});
