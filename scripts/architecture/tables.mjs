// Who may import whom. What is not named here is not allowed; extend the tables when a package or
// a room is added, and never against the arrows: no import goes back up and none goes sideways.

/** A package may import the packages that stand beside it (tests may import any). */
export const packageImports = {
  serializer: [],
  protocol: ["serializer"],
  agent: ["protocol", "serializer"],
  store: ["protocol", "serializer"],
  server: ["store", "protocol", "serializer"],
  client: ["protocol", "serializer"],
  react: ["client", "protocol", "serializer"],
  cli: ["client", "server", "store", "agent", "protocol", "serializer"],
  testing: ["client", "server", "store", "agent", "protocol", "serializer"],
};

/**
 * The rooms (folders of `src/`) of a package, and the rooms that each may import. A package that
 * is not here has no rooms. Files that lie in `src/` itself belong to no room: they may import every
 * room, and a room may import those of them that are no entry point.
 */
export const roomImports = {
  protocol: {
    wire: [],
    fold: ["wire"],
    rules: ["wire", "fold"],
    schemas: ["wire"],
  },
  store: {
    rows: [],
    memory: ["rows"],
    sqlite: ["rows"],
    testing: ["rows"],
  },
  agent: {
    encoding: [],
    outbox: ["encoding"],
    run: ["outbox", "encoding"],
  },
  client: {
    connection: [],
    requests: [],
    subscriptions: ["requests"],
    runs: ["requests"],
  },
  server: {
    node: ["connection"],
    connection: ["channels", "runs", "log", "notices"],
    channels: ["runs", "log"],
    runs: ["log"],
    log: ["options"],
    notices: [],
    options: [],
  },
  cli: {
    serve: [],
    tail: [],
  },
  testing: {
    faults: [],
    memory: [],
    runs: [],
  },
};

/** Packages that run in browsers: neither they nor what they import may need Node or a schema. */
export const browserPackages = ["client", "react"];
