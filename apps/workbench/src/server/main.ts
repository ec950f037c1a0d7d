import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRunwireServer } from "@runwire/server";
import { attachRunwire, boundedHttpOptions } from "@runwire/server/node";
import { endWithParent, exitWith, UserProblem } from "../shared/fail.ts";
import {
  fromParent,
  type Listening,
  settingsVariable,
  workerTokenVariable,
} from "../shared/messages.ts";
import type { Settings } from "../shared/settings.ts";
import { authenticate, authorize } from "./access.ts";
import { refuseForeign } from "./loopback.ts";
import { openStore } from "./open-store.ts";
import { createRoutes } from "./routes.ts";

/** A page or two have to be told: the parent kills what is still there after 10 s. */
const DRAIN = { spreadMs: 500, timeoutMs: 2_000 };

endWithParent();
start().catch(exitWith);

async function start(): Promise<void> {
  // The parent wrote it from the settings that it had checked.
  const settings = JSON.parse(fromParent(settingsVariable)) as Settings;
  const store = await openStore(settings.dataFolder);
  const runwire = createRunwireServer({
    store,
    authenticate: authenticate(fromParent(workerTokenVariable)),
    authorize,
    drain: DRAIN,
  });
  const http = createServer(
    { ...boundedHttpOptions },
    refuseForeign(createRoutes({ runwire, settings })),
  );
  // On loopback it answers no other Host by default, and no page of another origin.
  attachRunwire(runwire, http, { path: "/runwire" });
  const port = await listen(http, settings.port);
  const listening: Listening = { type: "listening", port };
  process.send?.(listening);

  const stop = async () => {
    await runwire.close();
    await store.close();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());
}

function listen(http: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new UserProblem(
              `Port ${port} is in use. Choose another: npx -y pnpm@12 start --port ${port + 1}`,
            )
          : error,
      ),
    );
    // Listening on a host and a port, the address is an AddressInfo.
    http.listen(port, "127.0.0.1", () => resolve((http.address() as AddressInfo).port));
  });
}
