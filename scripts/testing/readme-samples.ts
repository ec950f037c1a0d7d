/** A fenced block of code in a Markdown file. */
export interface Sample {
  /** The Markdown file, from the top of the repository. */
  readonly file: string;
  /** The line of the file on which the code begins, from 1. */
  readonly line: number;
  readonly hasJsx: boolean;
  readonly code: string;
  /** Why it is not compiled; absent where it is. */
  readonly excuse: string | undefined;
}

const FENCE = /^(?<indent> *)(?<ticks>`{3,}|~{3,}) *(?<language>[^\s`]*)/;
const PROGRAM = /^([mc]?[tj]s|[tj]sx|typescript|javascript)$/i;
const EXCUSE = /^ *<!-- not compiled: (?<why>.*\S) -->$/;

/** The samples of TypeScript and JavaScript in a Markdown text. */
export function readSamples(file: string, text: string): Sample[] {
  const lines = text.split("\n");
  const samples: Sample[] = [];
  for (let row = 0; row < lines.length; row++) {
    const fence = FENCE.exec(lines[row] ?? "")?.groups;
    if (!fence) continue;
    const { indent = "", ticks = "", language = "" } = fence;
    const start = row + 1;
    while (++row < lines.length && !isClosing(lines[row] ?? "", ticks));
    if (!PROGRAM.test(language)) continue;
    const code = lines.slice(start, row).map((line) => line.slice(indent.length));
    samples.push({
      ...{ file, line: start + 1, hasJsx: /x$/i.test(language), code: code.join("\n") },
      excuse: EXCUSE.exec(lines[start - 2] ?? "")?.groups?.why,
    });
  }
  return samples;
}

function isClosing(line: string, ticks: string): boolean {
  const trimmed = line.trim();
  return trimmed.startsWith(ticks) && trimmed === ticks.charAt(0).repeat(trimmed.length);
}

/**
 * The regions of a source file, from `// #region name` to `// #endregion`, each without the indentation that all
 * of its lines share. Regions of one name are one sample: its pieces, an empty line between them.
 */
export function readRegions(source: string): Map<string, string> {
  const regions = new Map<string, string>();
  let open: { readonly name: string; readonly lines: string[] } | undefined;
  for (const line of source.split("\n")) {
    const name = /^\s*\/\/ #region (\S+)$/.exec(line)?.[1];
    if (name) open = { name, lines: [] };
    else if (open && /^\s*\/\/ #endregion$/.test(line)) {
      const before = regions.get(open.name);
      const code = dedent(open.lines);
      regions.set(open.name, before === undefined ? code : `${before}\n\n${code}`);
      open = undefined;
    } else open?.lines.push(line);
  }
  return regions;
}

function dedent(lines: readonly string[]): string {
  const indents = lines.filter((line) => line !== "").map((line) => line.search(/\S/));
  const shared = Math.min(...indents);
  return lines.map((line) => line.slice(shared)).join("\n");
}
