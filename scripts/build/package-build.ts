import { defineConfig, type Options } from "tsup";

/** What every build shares. Tree shaking by Rollup stays off: it would drop "use client". */
const common = {
  sourcemap: true,
  clean: true,
  target: "es2022",
  // tsup would write "sqlite" for "node:sqlite", and there is no module of that name.
  removeNodeProtocol: false,
} satisfies Options;

/** Types that a browser has; a neutral package that reaches for Node's does not build. */
const neutralTypes = { types: [], lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.Iterable"] };

type PackageBuild = {
  readonly entry: string[];
  readonly platform: "node" | "neutral";
  /** Libraries of the language that the types name, for programs whose own `lib` lacks them. */
  readonly typeLibraries?: readonly string[];
  /**
   * Makes it small, for pages: names of properties that stay inside the package, which are written short. The sources
   * say them in full, and hold nothing but constants at the top of a module.
   */
  readonly internalNames?: readonly string[];
};

/** esbuild writes the constants of a module as `var`, and then no bundler puts them in their place. */
const constants: NonNullable<Options["plugins"]>[number] = {
  name: "constants",
  renderChunk(code) {
    return this.format === "esm"
      ? { code: code.replaceAll(/^var (?=\w+ = )/gm, "const ") }
      : undefined;
  },
};

/**
 * Builds a published package: ES module, CommonJS and types. The types are made against the
 * *built* types of the other packages (no source condition), as a user's compiler will read them.
 */
export function packageBuild({
  entry,
  platform,
  typeLibraries = [],
  internalNames,
}: PackageBuild): ReturnType<typeof defineConfig> {
  return defineConfig({
    ...common,
    entry,
    platform,
    format: ["esm", "cjs"],
    // Entries share their modules in CommonJS too: one class and one WeakMap, not one for each.
    splitting: entry.length > 1,
    ...(internalNames && smallBuild(internalNames)),
    dts: {
      banner: typeLibraries.map((name) => `/// <reference lib="${name}" />`).join("\n"),
      compilerOptions: { customConditions: [], ...(platform === "neutral" ? neutralTypes : {}) },
    },
  });
}

function smallBuild(internalNames: readonly string[]) {
  return {
    plugins: [constants],
    esbuildOptions(options) {
      options.mangleProps = new RegExp(`^(${internalNames.join("|")})$`);
      // Also where one is asked for: `"dueAt" in state`.
      options.mangleQuoted = true;
    },
  } satisfies Options;
}

/** Builds a program that people start with node: ES module only, no types. */
export function programBuild(options: Pick<Options, "entry" | "clean">) {
  return defineConfig({ ...common, platform: "node", format: ["esm"], ...options });
}
