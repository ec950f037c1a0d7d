import { expect, test } from "vitest";
import { UserProblem } from "../../src/shared/fail.ts";
import { parseSettings } from "../../src/shared/settings.ts";

test("has defaults that lie where it was started", () => {
  expect(parseSettings([], {}, "/home/ann/project")).toEqual({
    port: 4000,
    dataFolder: "/home/ann/project/.runwire",
    defaultFolder: "/home/ann/project",
  });
});

test("takes flags before the environment", () => {
  const environment = { RUNWIRE_PORT: "1", RUNWIRE_DATA: "b", RUNWIRE_FOLDER: "/c" };
  expect(parseSettings(["--port", "0", "--data", "/d"], environment, "/a")).toEqual({
    port: 0,
    dataFolder: "/d",
    defaultFolder: "/c",
  });
});

test("takes the -- that some put before flags for a script", () => {
  expect(parseSettings(["--", "--port", "4001"], {}, "/").port).toBe(4001);
});

test.each(["", " ", "x", "-1", "65536", "1.5", "0x"])("refuses the port %j", (port) => {
  expect(() => parseSettings([`--port=${port}`], {}, "/")).toThrow(UserProblem);
});

test("refuses what it does not know, and says what it knows", () => {
  expect(() => parseSettings(["--prot", "1"], {}, "/")).toThrow(
    "usage: npx -y pnpm@12 start [--port 4000]",
  );
  expect(() => parseSettings(["folder"], {}, "/")).toThrow(UserProblem);
});
