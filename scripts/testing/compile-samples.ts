import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import type { Sample } from "./readme-samples.ts";

// A place from which every published package is found; the files themselves are in memory only.
const home = fileURLToPath(new URL("../../examples/quickstart", import.meta.url));
const readersNames = fileURLToPath(new URL("readers-names.d.ts", import.meta.url));

/** Compiles each sample as a module of its own, as strictly as this repository; gives what the compiler says. */
export function compileSamples(samples: readonly Sample[]): string[] {
  const files = new Map(samples.map((sample, index) => [toPath(sample, index), sample]));
  const program = createProgram(files);
  return [[readersNames, { file: "readers-names.d.ts", line: 1 }] as const, ...files].flatMap(
    ([path, place]) => diagnose(program, path).map((diagnostic) => describe(diagnostic, place)),
  );
}

function diagnose(program: ts.Program, path: string): ts.Diagnostic[] {
  const file = program.getSourceFile(path);
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
}

function toPath({ hasJsx }: Sample, index: number): string {
  return join(home, "src", `readme-sample-${index}.${hasJsx ? "tsx" : "ts"}`);
}

function createProgram(files: ReadonlyMap<string, Sample>): ts.Program {
  const options = readOptions();
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path)?.code ?? readFile(path);
  host.getSourceFile = (path, version, ...rest) => {
    const sample = files.get(path);
    return sample
      ? ts.createSourceFile(path, sample.code, version)
      : getSourceFile(path, version, ...rest);
  };
  return ts.createProgram([readersNames, ...files.keys()], options, host);
}

function readOptions(): ts.CompilerOptions {
  const path = join(home, "tsconfig.json");
  const { config } = ts.readConfigFile(path, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, home, undefined, path);
  // A sample without an import is a module too: its top-level names and its `await` are its own.
  const moduleDetection = ts.ModuleDetectionKind.Force;
  return { ...options, moduleDetection, skipLibCheck: false };
}

function describe(
  { file, start, messageText }: ts.Diagnostic,
  place: Pick<Sample, "file" | "line">,
): string {
  const row = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
  const message = ts.flattenDiagnosticMessageText(messageText, " ");
  return `${place.file}:${place.line + row} ${message}`;
}
