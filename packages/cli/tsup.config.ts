import { programBuild } from "../../scripts/build/package-build.ts";

export default programBuild({ entry: ["src/main.ts"] });
