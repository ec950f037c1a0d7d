import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

/**
 * Stands in front of the workbench as a development server with `changeOrigin` does: it asks in the workbench's own
 * name, and leaves the page's `Origin` as it is.
 */
export async function startHostChangingProxy(address: string) {
  const { host } = new URL(address);
  const ask = ({ url = "/", method, headers }: IncomingMessage) =>
    request(new URL(url, address), { method: method ?? "GET", headers: { ...headers, host } });
  const proxy = createServer((asked, response) => {
    const asking = ask(asked).on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    asked.pipe(asking);
  });
  proxy.on("upgrade", (asked, socket: Duplex) => {
    const asking = ask(asked).end();
    asking.on("response", (answer) => {
      answer.resume();
      socket.end(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n\r\n`);
    });
    // Not what this is for: the workbench refuses every socket that comes through here.
    asking.on("upgrade", (_answer, upstream) => upstream.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    // It listens on TCP, so the address has a port.
    address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close() {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
