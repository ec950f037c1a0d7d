import { FakeClock } from "@runwire/testing";
import { expect, test } from "vitest";
import { Follower } from "./bare/follower.ts";
import { custom } from "./support/sample-events.ts";
import { type Given, publish, startServer } from "./support/server-under-test.ts";

const data = "x".repeat(200_000);
// More than the sockets' own buffers take on any system: 20 MB.
const count = 100;

async function stallReader(given: Given = {}) {
  const under = await startServer({
    ...given,
    slowReader: { maxBufferedBytes: 400_000, resumeBelowBytes: 100_000 },
    // A reader that is stalled answers no ping either; here only its slowness is to count.
    heartbeat: { timeoutMs: 3_600_000 },
  });
  const [writer, reader] = [await under.connect(), await under.connect()];
  const follower = new Follower("c");
  follower.follow(reader);
  await reader.settle();
  reader.socket.pause();
  for (let index = 0; index < count; index += 1)
    await publish(writer, [custom("big", { data, priority: "high" })], { id: `p${index}` });
  return { ...under, reader, follower, writer };
}

test("[RW-SUB-29] stops pushing to a slow reader, and goes on from the log without a loss", async () => {
  const { reader, follower, server } = await stallReader();
  expect(server.stats().bufferedBytes).toBeLessThan(2_000_000);
  reader.socket.resume();
  await follower.reaches(count);
  expect(follower.events.map(({ offset }) => offset)).toEqual(
    Array.from({ length: count }, (_, index) => index + 1),
  );
});

test("[RW-LIVE-16] closes 4410 a reader that took no byte for 60 s", async () => {
  const clock = new FakeClock();
  const { reader, server, writer } = await stallReader({ clock });
  expect(server.stats().connections).toBe(2);
  await clock.advance(65_000);
  await writer.settle();
  expect(server.stats().connections).toBe(1);
  // What waits for the reader comes first, so it mostly sees no close frame at all.
  reader.socket.resume();
  expect([4410, 1006]).toContain((await reader.closed).code);
});
