/** The version of the wire contract that this package speaks; `PROTOCOL.md` describes it. */
export const PROTOCOL_VERSION = 1;

/** The WebSocket subprotocol that a client offers and a server selects. */
export const SUBPROTOCOL = "runwire.v1";
