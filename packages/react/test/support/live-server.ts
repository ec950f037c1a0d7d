import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRunwireClient, type RunwireClient } from "@runwire/client";
import type { ServerMessage } from "@runwire/protocol";
import { createRunwireServer, type RunwireServer } from "@runwire/server";
import { attachRunwire } from "@runwire/server/node";
import { createMemoryStore } from "@runwire/store";
import { onTestFinished } from "vitest";

/** A real server, and a real client over a real socket whose frames are counted. */
export interface Live {
  readonly runwire: RunwireServer;
  readonly client: RunwireClient;
  /** How many frames of that type the client sent. */
  sent(type: string): number;
  /** How many frames of that type it received. */
  received(type: ServerMessage["type"]): number;
}

const CHANNELS_OF_NOBODY = "private:";

export async function startLive(): Promise<Live> {
  const runwire = createRunwireServer({
    store: createMemoryStore(),
    authenticate: () => ({ id: "ann" }),
    authorize: ({ channel }) => !channel.startsWith(CHANNELS_OF_NOBODY),
    batch: { windowMs: 5 },
    drain: { spreadMs: 10, timeoutMs: 200 },
  });
  const http = createServer();
  attachRunwire(runwire, http, { origins: [location.origin] });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo; // it listens on a host and a port
  const frames = { sent: [] as string[], received: [] as string[] };
  const client = createRunwireClient({
    url: `ws://127.0.0.1:${port}/runwire`,
    lingerMs: 0,
    WebSocket: createCountingWebSocket(frames),
  });
  onTestFinished(async () => {
    await client.close();
    await runwire.close();
    http.closeAllConnections();
    http.close();
  });
  const count = (types: readonly string[], type: string) =>
    types.filter((found) => found === type).length;
  return {
    runwire,
    client,
    sent: (type) => count(frames.sent, type),
    received: (type) => count(frames.received, type),
  };
}

/** The platform's socket, which notes the type of each frame. */
function createCountingWebSocket(frames: { readonly sent: string[]; readonly received: string[] }) {
  const toType = (data: unknown): string => JSON.parse(String(data)).type;
  return class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener("message", ({ data }) => void frames.received.push(toType(data)));
    }
    override send(data: string): void {
      frames.sent.push(toType(data));
      super.send(data);
    }
  };
}
