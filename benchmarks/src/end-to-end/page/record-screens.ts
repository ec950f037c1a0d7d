/**
 *   commit ──▶ 1st frame callback ──▶ style, layout, paint ──▶ 2nd frame callback: it was on the screen
 *
 * The first callback runs before the frame that paints the commit, the second before the next frame, when
 * the painted one was handed on: never too early, and at most one frame (17 ms) late. Element timing would
 * tell the moment of painting, but only once for an element, and not again when its text grows.
 */
import type { Screen, Shown } from "../marks.ts";
import { createWallClock } from "../wall-clock.ts";
import { tellEnded } from "./tell.ts";

const now = createWallClock();
const screens: Screen[] = [];

/** To be called in a layout effect: what React has just put into the document. */
export function recordCommit(shown: Shown): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      screens.push({ ...shown, at: now() });
      if (shown.hasEnded) tellEnded(screens);
    }),
  );
}
