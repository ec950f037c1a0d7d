import { type Child, startChild } from "../../../chaos/src/crowd/child.ts";
import type { DriverDesk } from "../../../chaos/src/crowd/driver-process.ts";
import { driverProgram, publisherProgram } from "../../../chaos/src/crowd/programs.ts";
import type { PublisherDesk } from "../../../chaos/src/crowd/publisher-process.ts";
import type { ServerArguments, ServerDesk } from "./server-process.ts";
import { createFolder, findPort } from "./workplace.ts";

/** A server over a SQLite file, its crowd, and somebody who writes. Disposing ends all of them. */
export interface Scene extends AsyncDisposable {
  readonly port: number;
  readonly file: string;
  readonly server: Child<ServerDesk>;
  readonly driver: Child<DriverDesk>;
  readonly publisher: Child<PublisherDesk>;
}

export async function createScene(more: Partial<ServerArguments> = {}): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(createFolder());
  const port = await findPort();
  const file = `${folder.path}/events.db`;
  const given: ServerArguments = { file, port, authMs: 5, ...more };
  const server = stack.use(
    await startChild<ServerDesk>(new URL("server-process.ts", import.meta.url), given),
  );
  const driver = stack.use(await startChild<DriverDesk>(driverProgram, { port }));
  const publisher = stack.use(await startChild<PublisherDesk>(publisherProgram, { port }));
  const all = stack.move();
  return { port, file, server, driver, publisher, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
