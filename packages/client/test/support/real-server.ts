import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRunwireServer, type RunwireServerOptions } from "@runwire/server";
import { attachRunwire } from "@runwire/server/node";
import type { EventStore } from "@runwire/store";

/** A real server over a store that outlives it. */
export async function startRealServer(
  store: EventStore,
  { port = 0, ...limits }: { readonly port?: number } & Pick<RunwireServerOptions, "limits"> = {},
) {
  const runwire = createRunwireServer({
    store,
    authenticate: ({ token }) => (token === "bad" ? null : { id: token ?? "ann" }),
    authorize: ({ channel }) => !channel.startsWith("private:"),
    batch: { windowMs: 5 },
    drain: { spreadMs: 50, timeoutMs: 500 },
    ...limits,
  });
  const http = createServer();
  const detach = attachRunwire(runwire, http);
  const sockets = new Set<{ destroy(): void }>();
  http.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
  const { port: taken } = http.address() as AddressInfo;
  return {
    port: taken,
    url: `ws://127.0.0.1:${taken}/runwire`,
    runwire,
    /** Cuts every connection without a goodbye. */
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      detach();
      await runwire.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
