import type { ConnectRequest } from "../users.js";

/** What came behind the head of a request. */
export type ReceivedBody =
  | { readonly status: "read"; readonly text: string }
  | { readonly status: "too_large" }
  /** Not UTF-8. */
  | { readonly status: "not_text" }
  | { readonly status: "gone" };

/** The seam between a request over HTTP and whatever carries it: the core knows no HTTP library. */
export interface Visitor {
  readonly request: ConnectRequest;
  /** Reads the body, so many bytes at most. Asked once, when it is known who it is; never rejects. */
  readBody(maxBytes: number): Promise<ReceivedBody>;
  /** Aborted when the answer was taken, or nobody is there any more to take it. */
  readonly gone: AbortSignal;
  /** Cuts the socket: the answer is not taken. */
  cut(): void;
}
