import { once } from "node:events";
import { createServer } from "node:http";
import { createMemoryStore } from "@runwire/store";
import { describe, expect, onTestFinished, test } from "vitest";
import { createRunwireServer } from "../../src/index.ts";
import { problemsOf } from "../../src/node/http-warnings.ts";
import { attachRunwire, boundedHttpOptions } from "../../src/node.ts";

const calm = { headersTimeout: 60_000, requestTimeout: 300_000, listeners: [] };

test.each([
  [{}, []],
  [{ headersTimeout: 1 }, []],
  [{ headersTimeout: 60_001 }, ["headersTimeout"]],
  [{ headersTimeout: 0 }, ["headersTimeout"]],
  [{ requestTimeout: 1 }, []],
  [{ requestTimeout: 0 }, ["requestTimeout"]],
  [{ listeners: [() => {}] }, ["upgrade"]],
  [
    { headersTimeout: 0, requestTimeout: 0, listeners: [() => {}] },
    ["headersTimeout", "requestTimeout", "upgrade"],
  ],
])("of an HTTP server with %j it is told: %j", (given, expected) => {
  const problems = problemsOf({ ...calm, ...given }, () => false);
  expect(problems).toEqual(expected.map((word) => expect.stringContaining(word)));
});

test("attachments of ours are nobody else's listeners", () => {
  const listener = () => {};
  const listeners = [listener, () => {}];
  expect(problemsOf({ ...calm, listeners: [listener] }, (one) => one === listener)).toEqual([]);
  expect(problemsOf({ ...calm, listeners }, (one) => one === listener)).toHaveLength(1);
});

describe("attachRunwire", () => {
  function attach(http: ReturnType<typeof createServer>) {
    const told: string[] = [];
    const logger = { warn: (message: string) => void told.push(message), error: () => {} };
    const store = createMemoryStore();
    const server = createRunwireServer({ store, access: "open-to-everyone", logger });
    const detach = attachRunwire(server, http);
    onTestFinished(async () => {
      http.close();
      await server.close();
    });
    return { told, detach };
  }

  test("warns once the HTTP server listens, of what was set by then", async () => {
    const http = createServer();
    http.headersTimeout = 0;
    const { told } = attach(http);
    http.on("upgrade", () => {});
    expect(told).toEqual([]);
    http.headersTimeout = 10_000;
    await once(http.listen(0, "127.0.0.1"), "listening");
    expect(told).toEqual([expect.stringContaining("upgrade")]);
  });

  test("warns at once where the HTTP server listens already", async () => {
    const http = createServer();
    http.requestTimeout = 0;
    await once(http.listen(0, "127.0.0.1"), "listening");
    expect(attach(http).told).toEqual([expect.stringContaining("requestTimeout")]);
  });

  test("says nothing of a server of its own options, with two attachments, or after it was let go", async () => {
    const http = createServer({ ...boundedHttpOptions });
    expect([http.headersTimeout, http.requestTimeout]).toEqual([10_000, 15_000]);
    const one = attach(http);
    const two = attach(http);
    const gone = attach(http);
    gone.detach();
    http.headersTimeout = 1;
    await once(http.listen(0, "127.0.0.1"), "listening");
    expect([one.told, two.told, gone.told]).toEqual([[], [], []]);
  });

  test("says nothing after it was let go, whatever was set", async () => {
    const http = createServer();
    http.headersTimeout = 0;
    const { told, detach } = attach(http);
    detach();
    await once(http.listen(0, "127.0.0.1"), "listening");
    expect(told).toEqual([]);
  });
});
