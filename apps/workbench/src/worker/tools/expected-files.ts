/** What the tools that go through the whole folder are told, so that they can say how far they are. */
export interface ExpectedFiles {
  /** How many files the list had; by now there may be more or fewer. */
  readonly expectedFiles: number;
}

/** How far a tool is that has `seen` so many files, 0 to 1. */
export function toFraction(seen: number, { expectedFiles }: ExpectedFiles): number {
  return expectedFiles <= 0 ? 1 : Math.min(1, seen / expectedFiles);
}
