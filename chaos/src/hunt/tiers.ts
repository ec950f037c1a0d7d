import type fc from "fast-check";
import type { Play } from "../checker/history.ts";
import { play } from "../simulated/play.ts";
import { schedules } from "../simulated/schedules.ts";
import type { Step } from "../simulated/steps.ts";
import { playSockets } from "../sockets/play-sockets.ts";
import { type SocketSchedule, socketSchedules } from "../sockets/socket-steps.ts";

/** Where schedules are drawn and played. */
export interface Tier<Schedule> {
  readonly name: "A" | "B";
  readonly schedules: fc.Arbitrary<Schedule>;
  play(seed: number, schedule: Schedule): Promise<Play>;
  /** How often a schedule that has failed is played again; 1 where it plays the same each time. */
  readonly retries: number;
}

/** One process on a clock that stands still: the same seed plays the same, entry for entry. */
export const simulatedTier: Tier<readonly Step[]> = { name: "A", schedules, play, retries: 1 };

/** Real sockets and a real file: the same bytes are cut, and what happens between them may differ. */
export const socketTier: Tier<SocketSchedule> = {
  name: "B",
  schedules: socketSchedules,
  play: playSockets,
  retries: 20,
};
