import { type Child, startChild } from "./child.ts";
import type { DriverDesk } from "./driver-process.ts";
import type { PublisherDesk } from "./publisher-process.ts";
import type { ServerArguments, ServerDesk } from "./server-process.ts";
import { createFolder, findPort } from "./workplace.ts";

/** Rooms of a hundred people each: what a crowd follows when it is not one audience. */
export function roomsFor(clients: number): readonly string[] {
  return Array.from(
    { length: Math.max(1, Math.round(clients / 100)) },
    (_, index) => `room:${index}`,
  );
}

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
  const server = stack.use(await startChild<ServerDesk>("server-process.ts", given));
  const driver = stack.use(await startChild<DriverDesk>("driver-process.ts", { port }));
  const publisher = stack.use(await startChild<PublisherDesk>("publisher-process.ts", { port }));
  const all = stack.move();
  return { port, file, server, driver, publisher, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
