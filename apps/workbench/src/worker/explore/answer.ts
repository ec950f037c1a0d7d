import type { Finding } from "./finding.ts";
import type { Narrator } from "./narrator.ts";
import type { Intent } from "./read-intent.ts";
import { tell } from "./tell.ts";

/** Writes the answer, a paragraph at a time, from what was found. */
export async function writeAnswer(
  narrator: Narrator,
  intent: Intent,
  findings: readonly Finding[],
): Promise<void> {
  for (const finding of sortFindings(intent, findings)) await narrator.say(tell(finding));
}

/** What answers the question comes first, the rest in the order in which it was found. */
function sortFindings(intent: Intent, findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((one, other) => toRank(one, intent) - toRank(other, intent));
}

function toRank({ type }: Finding, intent: Intent): number {
  switch (type) {
    case "named-file":
      return 0;
    case "history":
    case "file-history":
      return intent.wantsHistory ? 1 : 4;
    case "facts":
      return intent.wantsSizes || intent.wantsCounts ? 2 : 4;
    case "survey":
      return intent.wantsCounts ? 2 : 4;
    case "search":
      return 3;
    case "no-history":
      return intent.wantsHistory ? 1 : 5;
  }
}
