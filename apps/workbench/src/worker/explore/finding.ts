import type { FileFacts } from "../tools/file-facts.ts";
import type { Commit } from "../tools/git-log.ts";
import type { FileList } from "../tools/list-files.ts";
import type { ReadResult } from "../tools/read-file.ts";
import type { SearchResult } from "../tools/search-text.ts";
import type { Intent } from "./read-intent.ts";
import type { StepResult } from "./steps.ts";
import type { Survey } from "./survey.ts";

/** Something that a step found, and that the answer may tell. */
export type Finding =
  | {
      readonly type: "facts";
      readonly intent: Intent;
      readonly files: FileList;
      readonly facts: FileFacts;
    }
  | { readonly type: "survey"; readonly survey: Survey }
  | {
      readonly type: "named-file";
      readonly path: string;
      readonly result: StepResult<ReadResult>;
    }
  | { readonly type: "search"; readonly keyword: string; readonly result: SearchResult }
  | { readonly type: "history"; readonly intent: Intent; readonly commits: readonly Commit[] }
  | { readonly type: "no-history"; readonly problem: string }
  | { readonly type: "file-history"; readonly path: string; readonly commits: readonly Commit[] };
