/** What a program did to one folder, in the order in which it did it. */
export type Operation =
  | { readonly type: "create"; readonly name: string }
  | { readonly type: "remove"; readonly name: string }
  | Write
  | Resize
  /** The disk has confirmed all that was written to this file. */
  | { readonly type: "sync"; readonly name: string }
  /** It has confirmed which files there are. */
  | { readonly type: "sync-folder" }
  /** What the program says about itself. */
  | { readonly type: "mark"; readonly text: string };

export interface Write {
  readonly type: "write";
  readonly name: string;
  readonly at: number;
  readonly bytes: Uint8Array;
}

export interface Resize {
  readonly type: "resize";
  readonly name: string;
  readonly size: number;
}

/** The files that there are after these. */
export function toNames(operations: readonly Operation[]): Set<string> {
  const names = new Set<string>();
  for (const operation of operations) {
    if (operation.type === "create") names.add(operation.name);
    if (operation.type === "remove") names.delete(operation.name);
  }
  return names;
}
