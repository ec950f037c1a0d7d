import type { RetentionPolicy } from "@runwire/server";
import type { Asking, Writing } from "../application/application.ts";
import type { Place } from "./places.ts";

/** Each of a user of its own. */
export const clientCount = 3;

/** One step of a schedule. `client` is an index; from `clientCount` on it means the second process of a user. */
export type Step =
  | {
      readonly type: "write";
      readonly client: number;
      readonly what: Writing;
      readonly count: number;
    }
  /** Text that comes word by word, each in a publish of its own. */
  | { readonly type: "pour"; readonly client: number; readonly count: number }
  | { readonly type: "publish"; readonly client: number }
  | { readonly type: "follow" | "unfollow" | "stop" | "loadOlder"; readonly client: number }
  | {
      readonly type: "followLatest";
      readonly client: number;
      readonly runs: number;
      /** Asks for older ones at once. */
      readonly isImpatient: boolean;
    }
  | {
      readonly type: "ask";
      readonly client: number;
      /** Whose run, of those who have one. */
      readonly of: number;
      readonly asking: Asking;
      /** What happens to the way to whoever writes that run, meanwhile. */
      readonly meanwhile: "nothing" | "cut" | "flap";
    }
  | {
      readonly type: "read";
      readonly client: number;
      /** A number is a share of the log. */
      readonly from: "start" | "now" | number;
    }
  | {
      readonly type:
        | "cut"
        | "hold"
        | "holdUp"
        | "holdDown"
        | "heal"
        | "wake"
        | "switch"
        | "flap"
        | "move";
      readonly client: number;
    }
  /** Another process of the same user takes up the run that this one writes. */
  | { readonly type: "take"; readonly client: number }
  | { readonly type: "kill" | "drain" | "leave"; readonly place?: Place }
  | { readonly type: "wipe" | "deleteChannel" }
  /** So much is to be kept from now on. */
  | { readonly type: "retain"; readonly policy: RetentionPolicy }
  | { readonly type: "trim"; readonly share: number }
  | { readonly type: "revoke"; readonly client: number; readonly isTold: boolean }
  | { readonly type: "jump"; readonly milliseconds: number }
  | { readonly type: "advance" | "stall"; readonly milliseconds: number };
