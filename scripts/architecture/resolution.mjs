/** How imports are followed: into the packages' sources, never into other people's packages. */
export const resolution = {
  doNotFollow: { path: "node_modules" },
  exclude: { path: "(^|/)(dist|coverage)/" },
  tsConfig: { fileName: "tsconfig.json" },
  enhancedResolveOptions: {
    exportsFields: ["exports"],
    conditionNames: ["@runwire/source", "import", "node", "default"],
    mainFields: ["module", "main", "types"],
    extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".json", ".d.ts"],
  },
};
