/**
 * What the file holds, one migration for each version that was ever published: append, never edit.
 *
 *   channels ─┬─< events      the log itself; `run` is the number of its run's row, `place` see event-place.ts
 *             ├─< keyed       the channel's own keyed events, by name and key
 *             ├─< publishes   what was appended, and the answer it had
 *             └─< runs ─┬─< tools
 *                       └─< stretches   ranges of offsets in which the run alone wrote, but for the latest
 *   commands     by the channel's name: they can be older than its first event
 *   calls        commands that somebody waits for now, on whichever server
 *   duties       what one of the servers on this file does for all; see EventStore.claimDuty
 *   notices      what one server tells the others, for a minute; see EventStore.putNotice
 *   unsynced     who opened the file without waiting for the disk; see unsynced.ts
 *   garbage      numbers of deleted channels, whose rows go in small steps
 *
 * A channel's head is the offset of its last event, for the event of the floor is never trimmed. Its row notes the head
 * now and then (with the revision): where a damaged file has lost the last events, their offsets are not given again.
 * `total` is how many
 * bytes of text the channel has had up to and including an event: what lies between two is a subtraction. It stands
 * before the text, which may go on in other pages. `sum` finds what the disk has changed; see event-sum.ts.
 * Rows that an append touches every time are in no index that the append would have to change
 * (`runs.lease_until` is looked up among the open runs only), so that a commit writes few pages.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    salt TEXT NOT NULL
  ) STRICT;

  CREATE TABLE channels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    epoch TEXT NOT NULL,
    floor INTEGER NOT NULL,
    head INTEGER NOT NULL,
    revision INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX channels_by_revision ON channels (revision);

  CREATE TABLE events (
    place INTEGER PRIMARY KEY,
    run INTEGER,
    total INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    json TEXT NOT NULL,
    channel INTEGER GENERATED ALWAYS AS (place >> 36) VIRTUAL,
    offset INTEGER GENERATED ALWAYS AS (place & 68719476735) VIRTUAL
  ) STRICT;

  CREATE TABLE keyed (
    channel INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (channel, offset)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX keyed_by_key ON keyed (channel, name, key, offset);

  CREATE TABLE publishes (
    channel INTEGER NOT NULL,
    writer TEXT NOT NULL,
    id TEXT NOT NULL,
    offset INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (channel, writer, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    root_run_id TEXT NOT NULL,
    about TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    completed_at INTEGER,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    stretch INTEGER NOT NULL,
    writer TEXT NOT NULL,
    lease_ms INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    UNIQUE (channel, run_id)
  ) STRICT;
  CREATE INDEX runs_by_root ON runs (channel, root_run_id, first);
  CREATE INDEX root_runs ON runs (channel, first) WHERE run_id = root_run_id;
  CREATE INDEX open_runs ON runs (channel, root_run_id) WHERE status = 'running';

  CREATE TABLE stretches (
    run INTEGER NOT NULL,
    last INTEGER NOT NULL,
    first INTEGER NOT NULL,
    PRIMARY KEY (run, last)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tools (
    run INTEGER NOT NULL,
    tool TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (run, tool)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE commands (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    user TEXT NOT NULL,
    request_id TEXT NOT NULL,
    command_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    about TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    answer TEXT,
    UNIQUE (channel, user, request_id),
    UNIQUE (channel, command_id)
  ) STRICT;
  CREATE INDEX pending_commands ON commands (channel, run_id) WHERE answer IS NULL;

  CREATE TABLE calls (
    channel TEXT NOT NULL,
    command_id TEXT NOT NULL,
    until INTEGER NOT NULL,
    is_handed_over INTEGER NOT NULL,
    answer TEXT,
    PRIMARY KEY (channel, command_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE unsynced (
    id TEXT PRIMARY KEY,
    start TEXT NOT NULL
  ) STRICT;

  CREATE TABLE duties (
    duty TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    held_until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE notices (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    sender TEXT NOT NULL,
    about TEXT NOT NULL
  ) STRICT;

  CREATE TABLE garbage (channel INTEGER PRIMARY KEY) STRICT;
  `,
];
