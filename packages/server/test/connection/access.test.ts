import { FakeClock } from "@runwire/testing";
import { describe, expect, test } from "vitest";
import { Access } from "../../src/connection/access.ts";
import { defaultServerOptions, type ServerSettings } from "../../src/options.ts";

const request = { headers: {} };
const never = () => new Promise<never>(() => {});

function createAccess(given: Partial<Pick<ServerSettings, "authenticate" | "authorize">>) {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const logger = { warn() {}, error: (...told: unknown[]) => errors.push(...told) };
  const own = { authenticate: undefined, authorize: undefined, auth: defaultServerOptions.auth };
  return { access: new Access({ ...own, ...given, clock, logger }), clock, errors };
}

describe("authentication", () => {
  test("gives the user, or nobody", async () => {
    const ann = { id: "ann", expiresAt: 5 };
    const { access } = createAccess({ authenticate: ({ token }) => (token === "t" ? ann : null) });
    expect(await access.authenticate({ request, token: "t" })).toEqual({
      status: "welcome",
      user: ann,
    });
    expect(await access.authenticate({ request })).toEqual({ status: "refused" });
  });

  test.each([
    ["nothing", undefined],
    ["true", true],
    ["a name", "ann"],
    ["a user without an id", {}],
    ["an empty id", { id: "" }],
    ["an id that is a number", { id: 7 }],
    ["an end that is no number", { id: "ann", expiresAt: "tomorrow" }],
    ["an end that is NaN", { id: "ann", expiresAt: Number.NaN }],
  ])("lets nobody in when the handler gives %s", async (_what, value) => {
    const authenticate = (() => value) as unknown as ServerSettings["authenticate"];
    const { access, errors } = createAccess({ authenticate });
    expect(await access.authenticate({ request })).toEqual({ status: "failed" });
    expect(errors).toHaveLength(1);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("the database");
      },
    ],
    ["rejects", () => Promise.reject(new Error("the database"))],
  ])("lets nobody in when the handler %s", async (_what, authenticate) => {
    const { access, errors } = createAccess({ authenticate });
    expect(await access.authenticate({ request })).toEqual({ status: "failed" });
    expect(errors).toHaveLength(2);
  });

  test("lets nobody in when the handler does not answer in time", async () => {
    const { access, clock } = createAccess({ authenticate: never });
    const answer = access.authenticate({ request });
    await clock.advance(0);
    await clock.advance(5_000);
    expect(await answer).toEqual({ status: "failed" });
  });

  test("asks at most 64 at once, the others in their order, and all in the end", async () => {
    let open = 0;
    let most = 0;
    const asked: (string | undefined)[] = [];
    const { access } = createAccess({
      async authenticate({ token }) {
        asked.push(token);
        most = Math.max(most, ++open);
        await new Promise((resolve) => setImmediate(resolve));
        open -= 1;
        return { id: "ann" };
      },
    });
    const tokens = Array.from({ length: 300 }, (_, index) => `${index}`);
    const answers = await Promise.all(
      tokens.map((token) => access.authenticate({ request, token })),
    );
    expect(answers.every(({ status }) => status === "welcome")).toBe(true);
    expect(most).toBe(64);
    expect(asked).toEqual(tokens);
  });

  test("keeps nobody waiting for a turn for more than 10 s, and asks about nobody who has gone", async () => {
    let asked = 0;
    const authenticate = () => {
      asked += 1;
      return never();
    };
    const { access, clock } = createAccess({ authenticate });
    for (let count = 0; count < 3 * 64; count += 1) void access.authenticate({ request });
    const late = access.authenticate({ request });
    await clock.advance(0);
    await clock.advance(4_999);
    const gone = access.authenticate({ request }, () => false);
    await clock.advance(5_001);
    expect(await late).toEqual({ status: "busy" });
    await clock.advance(10_000);
    expect(await gone).toEqual({ status: "busy" });
    expect(asked).toBeLessThanOrEqual(3 * 64);
  });
});

describe("authorization", () => {
  const ann = { id: "ann" };

  test.each([[1], ["yes"], [undefined], [{}]])(
    "takes only true for a yes, not %s",
    async (value) => {
      const authorize = (() => value) as unknown as ServerSettings["authorize"];
      const { access } = createAccess({ authorize });
      expect(await access.authorize(ann, "subscribe", "c")).toBe(false);
    },
  );

  test("is no for who has no user, and yes for all where nobody is asked", async () => {
    expect(
      await createAccess({ authorize: () => true }).access.authorize(undefined, "publish", "c"),
    ).toBe(false);
    expect(await createAccess({}).access.authorize(undefined, "publish", "c")).toBe(true);
  });

  test("rejects when the handler throws, and when it hangs", async () => {
    const thrown = createAccess({
      authorize: () => {
        throw new Error("the database");
      },
    });
    await expect(thrown.access.authorize(ann, "command", "c")).rejects.toThrow("the database");
    const { access, clock } = createAccess({ authorize: never });
    const answer = access.authorize(ann, "command", "c").catch(String);
    await clock.advance(5_000);
    expect(await answer).toContain("within 5000 ms");
  });

  test("waits on for the handler when the process itself stood still", async () => {
    let allow = (_may: boolean) => {};
    const asked = new Promise<boolean>((resolve) => {
      allow = resolve;
    });
    const { access, clock } = createAccess({ authorize: () => asked });
    const answer = access.authorize({ id: "ann" }, "subscribe", "c");
    await clock.stall(60_000);
    await clock.advance(4_400);
    allow(true);
    expect(await answer).toBe(true);
  });
});
