/** What a question asks for, as far as rules can tell. */
export interface Intent {
  /** Words to look for, the most telling first. */
  readonly keywords: readonly string[];
  /** Files that the question names by a path. */
  readonly paths: readonly string[];
  readonly wantsCounts: boolean;
  readonly wantsSizes: boolean;
  readonly wantsHistory: boolean;
  /** How long to measure the reading of files, seconds. */
  readonly measureSeconds: number;
}

const MAX_KEYWORDS = 4;
const MAX_PATHS = 3;
const DEFAULT_MEASURE_SECONDS = 2;
const MAX_MEASURE_SECONDS = 60;

const STOP_WORDS = new Set(
  (
    "a about after all also an and any are as at be because been before but by can could did do does each " +
    "every file files find folder for from get give had has have how i if in into is it its just know last " +
    "latest line lines list long look made make many me measure more most much my new newest no not of on " +
    "one or our please read reading second seconds see show size so some tell than that the their them then " +
    "there these they this those to under until us use used uses using was we were what when where which " +
    "who whose why will with work works would you your largest biggest smallest count number changed change " +
    "changes history commit commits author oldest speed fast slow project repository repo code here"
  ).split(" "),
);

/** Reads a question by rules: which words to look for, and what else it asks. */
export function readIntent(question: string): Intent {
  const asks = (words: RegExp) => words.test(question);
  const seconds = Number(
    /\bfor (\d{1,3}) ?s(econds?)?\b/i.exec(question)?.[1] ?? DEFAULT_MEASURE_SECONDS,
  );
  return {
    keywords: toKeywords(question),
    paths: toPaths(question),
    wantsCounts: asks(/\b(how many|count|number of|total)\b/i),
    wantsSizes: asks(/\b(large|largest|big|biggest|size|small|smallest|long|longest)\b/i),
    wantsHistory: asks(
      /\b(who|when|changed?|changes|history|commits?|authors?|latest|last|newest|recent)\b/i,
    ),
    measureSeconds: Math.min(seconds, MAX_MEASURE_SECONDS),
  };
}

/** Words with a slash that end like a file's name, or begin at a root: `src/main.ts`, `../notes`, `/etc/hosts`. */
function toPaths(question: string): readonly string[] {
  const words = question.split(/[\s"“”`'(),;]+/).map((word) => word.replace(/[?!.:]+$/, ""));
  const paths = words.filter((word) => /^(\.{0,2}\/\S+|\S+\/\S*\.\w{1,8})$/.test(word));
  return [...new Set(paths)].filter((path) => !path.includes("://")).slice(0, MAX_PATHS);
}

/** What stands in quotes counts first, then names as code writes them, then the longest words. */
function toKeywords(question: string): readonly string[] {
  const text = toPaths(question).reduce((rest, path) => rest.replaceAll(path, " "), question);
  const quotes = [...text.matchAll(/["“`']([^"”`']{2,60})["”`']/g)];
  const quoted = quotes.map((match) => match[1]?.trim() ?? "").filter(Boolean);
  const words = text.match(/[\p{L}_$][\p{L}\p{N}_$.-]*[\p{L}\p{N}_$]/gu) ?? [];
  const telling = words.filter((word) => word.length > 2 && !STOP_WORDS.has(word.toLowerCase()));
  const ranked = [...telling].sort((one, other) => rank(other) - rank(one));
  const unique = new Map([...quoted, ...ranked].map((word) => [word.toLowerCase(), word]));
  return [...unique.values()].slice(0, MAX_KEYWORDS);
}

function rank(word: string): number {
  const looksLikeCode = /[_$.]|[a-z][A-Z]|^[A-Z]{2,}$/.test(word);
  return (looksLikeCode ? 100 : 0) + Math.min(word.length, 20);
}
