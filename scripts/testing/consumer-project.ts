import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

/** An empty npm project outside the workspace with the packed packages installed in it. */
export interface ConsumerProject extends AsyncDisposable {
  readonly folder: string;
  /** Writes a file and runs it with node; gives what it printed. */
  runFile(name: string, source: string): Promise<string>;
  /** Writes a file and type-checks it alone; gives the compiler's complaints, or "". */
  typeCheck(name: string, source: string, compilerOptions: object): Promise<string>;
}

/** The versions that this repository uses itself, for what a consumer needs besides our packages. */
async function thirdParties(): Promise<string[]> {
  const places = { "@types/node": ".", "@types/react": "packages/react", react: "packages/react" };
  return Promise.all(
    Object.entries(places).map(async ([name, folder]) => {
      const manifest = join(repository, folder, "node_modules", name, "package.json");
      const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
      return `${name}@${version}`;
    }),
  );
}

/** Packs every published package, as `pnpm publish` would; the packages must have been built. */
async function packPublished(destination: string): Promise<string[]> {
  const command = [
    "npx",
    "--yes",
    "pnpm@12",
    "--recursive",
    "--filter=./packages/*",
    "pack",
    "--pack-destination",
    destination,
  ];
  await shell(command, repository);
  const files = await readdir(destination);
  return files.filter((file) => file.endsWith(".tgz")).map((file) => join(destination, file));
}

/** npm and pnpm are scripts on Windows, which only a shell starts there. */
function shell(command: readonly string[], cwd: string): Promise<{ stdout: string }> {
  const [program = "", ...rest] = command;
  return run(program, rest, { cwd, shell: process.platform === "win32", maxBuffer: 1 << 26 });
}

async function typeCheck(folder: string, name: string, compilerOptions: object): Promise<string> {
  const config = join(folder, `tsconfig.${name}.json`);
  const strict = { strict: true, noEmit: true, skipLibCheck: false, target: "es2022" };
  const content = { compilerOptions: { ...strict, ...compilerOptions }, files: [name] };
  await writeFile(config, JSON.stringify(content));
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  try {
    await run(process.execPath, [compiler, "-p", config], { cwd: folder });
    return "";
  } catch (error) {
    return String((error as { stdout?: string }).stdout ?? error); // execFile's error carries it
  }
}

/** Packs the published packages and installs the tarballs with npm, as a stranger would. */
export async function createConsumerProject(): Promise<ConsumerProject> {
  const folder = await mkdtemp(join(tmpdir(), "runwire-consumer-"));
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "consumer", private: true }),
  );
  const [tarballs, others] = await Promise.all([packPublished(folder), thirdParties()]);
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  await shell(["npm", "install", ...quiet, ...tarballs, ...others], folder);
  return {
    folder,
    async runFile(name, source) {
      await writeFile(join(folder, name), source);
      const { stdout } = await run(process.execPath, [join(folder, name)], { cwd: folder });
      return stdout;
    },
    async typeCheck(name, source, compilerOptions) {
      await writeFile(join(folder, name), source);
      return typeCheck(folder, name, compilerOptions);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
