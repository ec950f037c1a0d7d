import { get, request } from "node:http";
import { expect, test } from "vitest";
import { useWorkbenchAlone } from "../support/disturbed-page.ts";

const workbench = useWorkbenchAlone();

type Headers = { readonly [name: string]: string };

function ask(path: string, headers: Headers = {}) {
  return new Promise<{ readonly status: number | undefined; readonly policy: unknown }>(
    (resolve, reject) => {
      const asked = get(workbench().address + path, { headers }, (response) => {
        response.resume();
        const policy = response.headers["content-security-policy"];
        resolve({ status: response.statusCode, policy });
      });
      asked.on("error", reject);
    },
  );
}

/** The status with which a socket is answered; 101 lets it in. */
function upgrade(headers: Headers = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(`${workbench().address}/runwire`, {
      headers: {
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-protocol": "runwire.v1",
        ...headers,
      },
    });
    asked.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
    asked.on("response", (response) => resolve(response.statusCode));
    asked.on("error", reject).end();
  });
}

test("lets a page of its own open a socket, and no page of another site", async () => {
  expect(await upgrade()).toBe(101);
  expect(await upgrade({ origin: workbench().address })).toBe(101);
  expect(await upgrade({ origin: "https://example.org" })).toBe(403);
  expect(await upgrade({ origin: "null" })).toBe(403);
});

test("answers to no name that somebody else may point here", async () => {
  const host = "rebound.example.org";
  expect(await upgrade({ host })).toBe(403);
  for (const path of ["/", "/api/defaults", "/runwire/status"])
    expect([path, (await ask(path, { host })).status]).toEqual([path, 403]);
});

test("serves the page with a policy that lets nothing foreign in, and no file beside it", async () => {
  const page = await ask("/runs/any");
  expect(page).toMatchObject({
    status: 200,
    policy: expect.stringContaining("default-src 'self'"),
  });
  for (const path of ["/server.js", "/..%2fserver.js", "/assets/..%2f..%2fserver.js", "/.env"])
    expect([path, (await ask(path)).status]).toEqual([path, 404]);
});
