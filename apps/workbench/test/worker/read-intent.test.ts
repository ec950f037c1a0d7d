import { expect, test } from "vitest";
import { readIntent } from "../../src/worker/explore/read-intent.ts";

test("looks for what stands in quotes before all else", () => {
  const { keywords } = readIntent('Where is "give up" decided in reconnectPolicy?');
  expect(keywords.slice(0, 2)).toEqual(["give up", "reconnectPolicy"]);
});

test("prefers names as code writes them to long words", () => {
  expect(readIntent("explain the extraordinary MAX_HITS").keywords[0]).toBe("MAX_HITS");
});

test("looks for no word that says only what is asked", () => {
  expect(readIntent("How many files are there in this folder?").keywords).toEqual([]);
});

test("looks for each word once, whatever its case, and for at most four", () => {
  expect(readIntent("Store store STORE").keywords).toHaveLength(1);
  expect(readIntent("alpha bravo charlie delta echo foxtrot").keywords).toHaveLength(4);
});

test("tells counts, sizes and history apart", () => {
  expect(readIntent("How many tests?")).toMatchObject({ wantsCounts: true, wantsSizes: false });
  expect(readIntent("Which is the largest?")).toMatchObject({ wantsSizes: true });
  expect(readIntent("Who changed this?")).toMatchObject({ wantsHistory: true, wantsCounts: false });
});

test("measures as long as it is told, but no longer than a minute", () => {
  expect(readIntent("measure for 5 seconds").measureSeconds).toBe(5);
  expect(readIntent("measure for 999 s").measureSeconds).toBe(60);
  expect(readIntent("measure").measureSeconds).toBe(2);
});

test("takes files from the question by their paths, and looks for their names no more", () => {
  const { paths, keywords } = readIntent("What is in `src/main.ts`, ../secret and /etc/hosts?");
  expect(paths).toEqual(["src/main.ts", "../secret", "/etc/hosts"]);
  expect(keywords).toEqual([]);
});

test("takes no address and no pair of words for a path", () => {
  expect(readIntent("see https://example.org/a/b.html and/or that").paths).toEqual([]);
});
