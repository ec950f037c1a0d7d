const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Length of `00:00:00.000Z`. */
const timeOfDayLength = 13;

/** The latest day asked for: the dates of one value mostly share it. */
let latestDay = Number.NaN;
let latestDayText = "";

/**
 * `new Date(time).toISOString()` for a valid time. The platform's own takes 400 ns, a twentieth of
 * a rich event; this takes a quarter of that.
 */
export function toIsoText(time: number): string {
  const day = Math.floor(time / dayMs);
  if (day !== latestDay) {
    latestDayText = new Date(time).toISOString().slice(0, -timeOfDayLength);
    latestDay = day;
  }
  return `${latestDayText}${toTimeOfDay(time - day * dayMs)}`;
}

function toTimeOfDay(ms: number): string {
  const hours = twoDigits(Math.floor(ms / hourMs));
  const minutes = twoDigits(Math.floor((ms % hourMs) / minuteMs));
  const seconds = twoDigits(Math.floor((ms % minuteMs) / secondMs));
  const rest = ms % secondMs;
  return `${hours}:${minutes}:${seconds}.${rest < 100 ? `0${twoDigits(rest)}` : rest}Z`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}
