import { programBuild } from "../../scripts/build/package-build.ts";

// The parent, the server and the agent's worker; the page is built by Vite into dist/page, and stays.
export default programBuild({
  entry: { main: "src/main.ts", server: "src/server/main.ts", worker: "src/worker/main.ts" },
  clean: ["!page/**"],
});
