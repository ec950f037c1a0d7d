/** What one server has to tell the others on its store. */
export type Notice =
  /** A right of this user is gone: of one channel, or of whichever the application says now. */
  | { readonly kind: "revoke"; readonly user: string; readonly channel?: string }
  /** This user is to go, from every server. */
  | { readonly kind: "disconnect"; readonly user: string };

/** A notice as the store keeps it. */
export interface StoredNotice {
  /** 1, 2, 3 … over all notices of the storage; never given again. */
  readonly number: number;
  /** Names the server that gave it. */
  readonly from: string;
  readonly notice: Notice;
}

/** Which notices to read. */
export interface NoticesRequest {
  /** Those with a higher number, oldest first. */
  readonly after: number;
  readonly limit: number;
}

/** What there is to know after a number. */
export interface NoticePage {
  /** The number of the latest notice that was ever given; 0 where there was none. */
  readonly latest: number;
  /** Whether one of those after the number asked is kept no longer, or the storage knows less than that number. */
  readonly hasGap: boolean;
  readonly notices: readonly StoredNotice[];
}
