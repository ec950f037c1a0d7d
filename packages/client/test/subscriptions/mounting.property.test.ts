import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LinkedSocket } from "../support/linked-socket.js";
import { range, setUp, started, subscribed } from "../support/set-up.js";

const step = fc.oneof(
  fc.record({ kind: fc.constant("mount" as const), runs: fc.constantFrom(undefined, 1, 5) }),
  fc.record({ kind: fc.constant("unmount" as const), index: fc.nat(5) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(0, 100, 6_000) }),
  fc.record({ kind: fc.constant("cut" as const) }),
);

/** What the server holds for a connection that sent these messages. */
function isHeld(socket: LinkedSocket): boolean {
  const last = socket.sent.findLast(({ type }) => type === "subscribe" || type === "unsubscribe");
  return last?.type === "subscribe";
}

describe("however components mount, unmount and lose the connection", () => {
  it("the server holds one subscription while somebody follows, and none afterwards", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const { client, clock, connect, sockets, latest } = setUp();
        const mounted: (() => void)[] = [];
        client.reconnect();
        await connect();
        for (const each of steps) {
          if (each.kind === "mount") {
            const options = each.runs === undefined ? {} : { runs: each.runs };
            mounted.push(client.channel("chat:1", options).onSnapshot(() => {}));
          } else if (each.kind === "unmount") mounted.splice(each.index, 1)[0]?.();
          else if (each.kind === "wait") await clock.advance(each.ms);
          else await cut();
        }
        await clock.advance(6_000);
        expect(isHeld(latest())).toBe(mounted.length > 0);
        if (mounted.length === 0) return;
        await subscribed(latest(), { offset: 1 });
        await latest().say(range(0, 1, [started(1)]));
        expect(client.channel("chat:1").snapshot().state.order).toEqual(["r1"]);

        async function cut(): Promise<void> {
          const before = sockets.length;
          await latest().end();
          while (sockets.length === before) await clock.advance(100);
          await connect();
        }
      }),
      { numRuns: 80 },
    );
  });
});
