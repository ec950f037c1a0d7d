import { readFileSync } from "node:fs";

/** Of the package, which lies beside the built program as beside the source. */
export const CLI_VERSION: string = readVersion();

function readVersion(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
