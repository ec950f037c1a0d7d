import { packageBuild } from "../../scripts/build/package-build.ts";

export default packageBuild({
  platform: "neutral",
  entry: ["src/index.ts"],
  // `await using run = …`
  typeLibraries: ["esnext.disposable"],
});
