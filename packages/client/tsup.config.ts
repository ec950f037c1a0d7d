import { packageBuild } from "../../scripts/build/package-build.ts";
import { internalNames } from "./internal-names.ts";

export default packageBuild({
  platform: "neutral",
  entry: ["src/index.ts"],
  internalNames,
});
