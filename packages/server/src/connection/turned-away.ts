import type { TurnedAway } from "./door.js";

/** What HTTP says to who is not let in for now. */
export const turnedAwayAnswers: Readonly<
  Record<TurnedAway["reason"], { readonly status: 429 | 503; readonly why: string }>
> = {
  draining: { status: 503, why: "The server is restarting." },
  overloaded: { status: 503, why: "The server is busy." },
  server_full: { status: 503, why: "The server is full." },
  connecting_too_fast: { status: 429, why: "Connecting too often." },
  address_full: { status: 429, why: "Too many new connections." },
};
