import type { ServerOptions } from "node:http";

/**
 * Options with which an HTTP server does not wait for ever for what peers do not send: a request's head may take
 * 10 s (by itself Node gives it 60 s, and looks only every 30 s), all of it 15 s. Sockets that are open, and answers
 * that go on, are not touched.
 *
 * @example
 * const http = createServer({ ...boundedHttpOptions }, app);
 * attachRunwire(runwire, http);
 */
export const boundedHttpOptions = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
} as const satisfies ServerOptions;
