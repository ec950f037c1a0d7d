import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A web site with three pages; what asks for `/slow` waits until it is let go. */
export async function startSite() {
  const asked: string[] = [];
  const waiting: ServerResponse[] = [];
  let isHeld = true;
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    if (url === "/slow" && isHeld) waiting.push(response);
    else response.end(url === "/long" ? "one two three four" : "one two");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    asked,
    pages: ["/short", "/slow", "/long"].map((path) => `http://127.0.0.1:${port}${path}`),
    letGo() {
      isHeld = false;
      for (const response of waiting.splice(0)) response.end("one two");
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
