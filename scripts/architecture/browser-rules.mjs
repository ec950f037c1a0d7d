// Rules for imports that are still there when the program runs (imports of types are gone by then):
// what a browser would have to load.
import { builtinModules } from "node:module";
import { resolution } from "./resolution.mjs";
import { browserPackages } from "./tables.mjs";

const from = { path: `^packages/(${browserPackages.join("|")})/src/` };

export default {
  forbidden: [
    {
      name: "no-node-in-the-browser",
      comment: "no built-in module of Node may be reachable from a package for browsers",
      severity: "error",
      from,
      to: { path: `^(node:.*|${builtinModules.join("|")})$`, reachable: true },
    },
    {
      name: "no-zod-in-the-browser",
      comment: "zod is larger than the whole client: only @runwire/protocol/schemas may load it",
      severity: "error",
      from,
      to: { path: "(^|/)zod(/|$)", reachable: true },
    },
  ],
  options: resolution,
};
