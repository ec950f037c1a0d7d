import { reconnectRuleOf } from "@runwire/protocol";
import { type Backoff, toBackoffMs } from "./backoff.js";

/** What went before a connection, or an attempt at one, ended. */
export interface ReconnectFacts {
  /** The close code, where there was a close. */
  readonly code?: number | undefined;
  /** The number of the attempt that made the connection or failed; 0 once a connection has lasted. */
  readonly attempt: number;
  /** Whether the server has refused our credentials since a connection lasted. */
  readonly wasRefused: boolean;
  /** What the server's `reconnect` asked for: not before this time. */
  readonly notBefore: number;
  /** How long that was, milliseconds: nobody waits longer, whatever became of the clock meanwhile. */
  readonly noticeMs: number;
  readonly now: number;
  /** 0 to 1. */
  readonly random: number;
}

/** What to do next. */
export type ReconnectDecision =
  | { readonly kind: "wait"; readonly dueAt: number; readonly wasRefused: boolean }
  | { readonly kind: "park" }
  | { readonly kind: "stop" };

/** Decides from the close code, the attempts made, and what the server asked for. */
export function decideReconnect(facts: ReconnectFacts, backoff: Backoff): ReconnectDecision {
  const { attempt, wasRefused, notBefore, noticeMs, now } = facts;
  const rule = facts.code === undefined ? "backoff" : reconnectRuleOf(facts.code);
  const isRefused = rule === "fresh-token";
  if (rule === "stop" || (isRefused && wasRefused)) return { kind: "stop" };
  if (attempt >= backoff.attempts) return { kind: "park" };
  // A fresh token is asked for at once; it is asked for only once.
  const delayMs = isRefused ? 0 : toBackoffMs(attempt + 1, facts.random, backoff);
  const dueAt = now + Math.max(delayMs, Math.min(notBefore - now, noticeMs));
  return { kind: "wait", dueAt, wasRefused: wasRefused || isRefused };
}
