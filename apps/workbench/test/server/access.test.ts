import { expect, test } from "vitest";
import { authenticate, authorize } from "../../src/server/access.ts";

const who = authenticate("the worker's token");

test("knows the worker by its token, and everybody without one as the person", () => {
  expect(who({ token: "the worker's token" })).toEqual({ id: "worker" });
  expect(who({})).toEqual({ id: "person" });
});

test("knows nobody by a wrong token, whatever its length", () => {
  expect(who({ token: "" })).toBeNull();
  expect(who({ token: "the worker's tokeN" })).toBeNull();
});

test("lets only the worker publish", () => {
  const person = { id: "person" } as const;
  expect(authorize({ user: { id: "worker" }, action: "publish" })).toBe(true);
  expect(authorize({ user: person, action: "publish" })).toBe(false);
  expect(authorize({ user: person, action: "administer" })).toBe(false);
  expect(authorize({ user: person, action: "subscribe" })).toBe(true);
  expect(authorize({ user: person, action: "command" })).toBe(true);
});
