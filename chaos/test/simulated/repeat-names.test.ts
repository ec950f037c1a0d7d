import { expect, test } from "vitest";
import { repeatNames } from "../../src/simulated/repeat-names.ts";

const drawName = () => crypto.getRandomValues(new Uint32Array(4)).join("-");
const drawTwo = async () => [drawName(), drawName()];

test("names are the same for the same seed, and no two of one play are", async () => {
  const [one, two] = await repeatNames(7, drawTwo);
  expect(await repeatNames(7, drawTwo)).toEqual([one, two]);
  expect(two).not.toBe(one);
  expect(await repeatNames(8, drawTwo)).not.toContain(one);
});

test("the platform names things again when it is over, also where it failed", async () => {
  const own = crypto.getRandomValues;
  await repeatNames(7, drawTwo);
  const failing = repeatNames(7, () => Promise.reject(new Error("failed")));
  await expect(failing).rejects.toThrow("failed");
  expect(crypto.getRandomValues).toBe(own);
});
