import type { DatabaseSync } from "node:sqlite";
import { AppendCache } from "./append-cache.js";
import { CallRows } from "./call-rows.js";
import { ChannelRows } from "./channel-rows.js";
import { CommandRows } from "./command-rows.js";
import { DiskRoom } from "./disk-room.js";
import { DutyRows } from "./duty-rows.js";
import { EpochRows } from "./epoch-rows.js";
import { EventRows } from "./event-rows.js";
import { FreePages } from "./free-pages.js";
import { GarbageRows } from "./garbage-rows.js";
import { KeptRunRows } from "./kept-runs.js";
import { KeyedRows } from "./keyed-rows.js";
import { NoticeRows } from "./notice-rows.js";
import { PublishRows } from "./publish-rows.js";
import { RunLists } from "./run-lists.js";
import { RunRows } from "./run-rows.js";
import { ToolRows } from "./tool-rows.js";
import { TrimmedRows } from "./trimmed-rows.js";

/** Every statement that the store runs, prepared once. */
export interface Tables {
  readonly appendCache: AppendCache;
  readonly channels: ChannelRows;
  readonly epochs: EpochRows;
  readonly events: EventRows;
  readonly keyed: KeyedRows;
  readonly publishes: PublishRows;
  readonly runs: RunRows;
  readonly runLists: RunLists;
  readonly tools: ToolRows;
  readonly commands: CommandRows;
  readonly calls: CallRows;
  readonly trimmed: TrimmedRows;
  readonly keptRuns: KeptRunRows;
  readonly duties: DutyRows;
  readonly notices: NoticeRows;
  readonly garbage: GarbageRows;
  readonly freePages: FreePages;
  readonly diskRoom: DiskRoom;
}

export function prepareTables(database: DatabaseSync, reserveBytes: number): Tables {
  return {
    appendCache: new AppendCache(database),
    channels: new ChannelRows(database),
    epochs: new EpochRows(database),
    events: new EventRows(database),
    keyed: new KeyedRows(database),
    publishes: new PublishRows(database),
    runs: new RunRows(database),
    runLists: new RunLists(database),
    tools: new ToolRows(database),
    commands: new CommandRows(database),
    calls: new CallRows(database),
    trimmed: new TrimmedRows(database),
    keptRuns: new KeptRunRows(database),
    duties: new DutyRows(database),
    notices: new NoticeRows(database),
    garbage: new GarbageRows(database),
    freePages: new FreePages(database),
    diskRoom: new DiskRoom(database, reserveBytes),
  };
}
