/** What a server is doing, in numbers. Counters begin at its start. */
export interface ServerStats {
  /** Open sockets, and requests over HTTP that are under way. */
  readonly connections: number;
  /** Subscriptions of all connections. */
  readonly subscriptions: number;
  /** Channels that somebody follows. */
  readonly channels: number;
  /** Bytes that were sent and are not with the operating system yet, of all sockets. */
  readonly bufferedBytes: number;
  /** Events appended through this server. */
  readonly appendedEvents: number;
  /**
   * Publishes that came again under their id with other events, as far as the store could tell; the first of each counts.
   * A writer that gives an id twice loses what it publishes.
   */
  readonly conflictingPublishes: number;
  /** Pages of history read from the store. */
  readonly pageReads: number;
  /** Sockets since the start. */
  readonly acceptedConnections: number;
  /** Who waits to be let in, and who was told to come back later. */
  readonly admission: AdmissionStats;
  /** What clients reported, the latest last; at most 100. */
  readonly reports: readonly ClientReport[];
}

/** How it goes for newcomers. All zeros while the server is calm. */
export interface AdmissionStats {
  /** Upgrades, and messages over HTTP, whose turn has not come. */
  readonly waitingUpgrades: number;
  /** Clients that said `hello`, and whose turn has not come. */
  readonly waitingGreetings: number;
  /** Subscribes and pages of history whose turn has not come. */
  readonly waitingResumes: number;
  /** Subscribes and pages of history that are served now. */
  readonly resumesInFlight: number;
  /** Upgrades, messages over HTTP and greetings that were told to come back later, since the start. */
  readonly refused: number;
}

/** What a client told of itself. */
export interface ClientReport {
  readonly connectionId: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly time: number;
  readonly code: string;
  readonly detail?: string;
}

/** What `GET …/status` says. */
export interface ServerStatus {
  /** `degraded`: the store fails, or takes longer than a second. */
  readonly status: "ok" | "draining" | "degraded";
  /** Of the package. */
  readonly version: string;
  readonly uptimeMs: number;
  readonly connections: number;
}
