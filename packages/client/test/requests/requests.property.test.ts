import { settle } from "@runwire/testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import { setUp } from "../support/set-up.js";

type Step =
  | { readonly what: "ask" }
  | { readonly what: "answer" | "refuse"; readonly which: number }
  | { readonly what: "cut" }
  | { readonly what: "wait"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ what: "ask" as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom("answer" as const, "refuse" as const),
      which: fc.nat(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ what: "cut" as const }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("wait" as const), ms: fc.nat(300) }) },
);

const unansweredLimit = 3;
const retryAfterMs = 100;

it("requests keep to their number and to the server's pace, and each is answered once, whatever comes between", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { client, connect, clock } = setUp({ unansweredLimit, queueLimit: 1_000 });
      client.reconnect();
      let socket = await connect();
      let heldUntil = 0;
      const open: string[] = [];
      const results: Promise<unknown>[] = [];

      /** What was sent since the last look, one after another. */
      const look = () => {
        for (const { type, id } of socket.sent.splice(0)) {
          if (type !== "list") continue;
          expect(clock.monotonic()).toBeGreaterThanOrEqual(heldUntil);
          expect(open).not.toContain(id);
          open.push(String(id));
          expect(open.length).toBeLessThanOrEqual(unansweredLimit);
        }
      };
      const say = async (which: number, message: object) => {
        const [id] = open.splice(which % open.length, 1);
        await socket.say({ ...message, id });
      };
      const answer = (which: number) =>
        say(which, { type: "listed", channel: "c", epoch: "e", runs: [], more: false });

      for (const next of steps) {
        if (next.what === "ask") results.push(client.channel("c").runs());
        else if (next.what === "wait") await clock.advance(next.ms);
        else if (next.what === "cut") {
          await socket.end();
          open.length = 0;
          heldUntil = 0;
          client.reconnect();
          socket = await connect();
        } else if (open.length > 0 && next.what === "answer") await answer(next.which);
        else if (open.length > 0 && next.what === "refuse") {
          heldUntil = clock.monotonic() + retryAfterMs;
          await say(next.which, {
            type: "error",
            code: "rate_limited",
            message: "…",
            retryAfterMs,
          });
        }
        await settle();
        look();
      }
      for (let turn = 0; turn < results.length * 2 + 2; turn++) {
        while (open.length > 0) {
          await answer(0);
          look();
        }
        await clock.advance(retryAfterMs);
        look();
      }
      expect(await Promise.all(results)).toHaveLength(results.length);
    }),
    { numRuns: 200 },
  );
});
