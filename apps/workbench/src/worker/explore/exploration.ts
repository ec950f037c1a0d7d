import type { AskedQuestion } from "../../shared/question.ts";
import type { Narrator } from "./narrator.ts";
import type { Intent } from "./read-intent.ts";
import type { Steps } from "./steps.ts";

/** What every part of an exploration works with. */
export interface Exploration {
  readonly asked: AskedQuestion;
  readonly intent: Intent;
  readonly steps: Steps;
  readonly narrator: Narrator;
}
