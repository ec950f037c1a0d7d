import { join } from "node:path";
import { build } from "vite";

/** Builds the page for production, with React and the packages as published. */
export async function buildPage(folder: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: "error",
    root: join(import.meta.dirname, "page"),
    build: { outDir: folder, emptyOutDir: true },
  });
}
