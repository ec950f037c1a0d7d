import type { ServerLimits } from "../options.js";
import type { ConnectRequest, User } from "../users.js";
import { toAddressKey } from "./address-key.js";
import type { Peer } from "./peer.js";

/** Why a socket is not let in. */
export type AdmissionRefusal = "server_full" | "address_full";

/** Upgrades whose turn has not come. */
export interface Waiting {
  readonly all: number;
  readonly ofAddress: number;
}

/**
 * Every open connection, and every request over HTTP that is under way; counted by address until it is welcomed and by
 * user from then on.
 */
export class Connections {
  readonly #limits: ServerLimits;
  readonly #all = new Set<Peer>();
  /** Those that are not welcomed yet, by address. */
  readonly #unwelcomed = new Map<string, Set<Peer>>();
  readonly #ofAddress = new Map<string, Set<Peer>>();
  readonly #ofUser = new Map<string, Set<Peer>>();

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<Peer> {
    return [...this.#all][Symbol.iterator]();
  }

  /** The welcomed connections of a user. */
  of(userId: string): readonly Peer[] {
    return [...(this.#ofUser.get(userId) ?? [])];
  }

  /** The same, and those that are not welcomed yet: who they are will turn out. */
  perhapsOf(userId: string): readonly Peer[] {
    const unwelcomed = [...this.#unwelcomed.values()].flatMap((group) => [...group]);
    return [...this.of(userId), ...unwelcomed];
  }

  /** Under which name its peer is counted. */
  addressOf({ remoteAddress }: ConnectRequest): string {
    return toAddressKey(remoteAddress);
  }

  /** Why not one more socket may come from this address, beside those that wait for their upgrade. */
  refusalOf(address: string, waiting: Waiting): AdmissionRefusal | undefined {
    if (this.#all.size + waiting.all >= this.#limits.maxConnections) return "server_full";
    const { maxConnectionsPerAddress, maxUnwelcomedPerAddress } = this.#limits;
    const all = (this.#ofAddress.get(address)?.size ?? 0) + waiting.ofAddress;
    if (all >= (maxConnectionsPerAddress ?? Number.POSITIVE_INFINITY)) return "address_full";
    const unwelcomed = (this.#unwelcomed.get(address)?.size ?? 0) + waiting.ofAddress;
    return unwelcomed >= maxUnwelcomedPerAddress ? "address_full" : undefined;
  }

  add(connection: Peer): void {
    const address = this.addressOf(connection.request);
    this.#all.add(connection);
    addTo(this.#ofAddress, address, connection);
    addTo(this.#unwelcomed, address, connection);
  }

  /** Counts a connection for its user; `false` when that one has enough. */
  welcome(connection: Peer, user: User | undefined): boolean {
    if (user) {
      const own = this.#ofUser.get(user.id)?.size ?? 0;
      if (own >= this.#limits.maxConnectionsPerUser) return false;
      addTo(this.#ofUser, user.id, connection);
    }
    this.#removeUnwelcomed(connection);
    return true;
  }

  remove(connection: Peer): void {
    if (!this.#all.delete(connection)) return;
    removeFrom(this.#ofAddress, this.addressOf(connection.request), connection);
    this.#removeUnwelcomed(connection);
    if (connection.user) removeFrom(this.#ofUser, connection.user.id, connection);
  }

  #removeUnwelcomed(connection: Peer): void {
    removeFrom(this.#unwelcomed, this.addressOf(connection.request), connection);
  }
}

type Groups = Map<string, Set<Peer>>;

function addTo(groups: Groups, name: string, connection: Peer): void {
  groups.set(name, (groups.get(name) ?? new Set()).add(connection));
}

function removeFrom(groups: Groups, name: string, connection: Peer): void {
  const group = groups.get(name);
  group?.delete(connection);
  if (group?.size === 0) groups.delete(name);
}
