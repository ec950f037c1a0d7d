import { maxChannelNameLength, maxEpochLength, maxIdLength } from "./limits.js";

// In front: no part, from the start or a slash to a slash or the end, is empty, `.` or `..`.
const CHANNEL = /^(?!(.*\/)?\.{0,2}(\/|$))[A-Za-z0-9._:/@+-]+$/;
const RUN_ID = /^[A-Za-z0-9._:@+-]+$/;
const EPOCH = /^[A-Za-z0-9_-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

function isStringOf(value: unknown, maxLength: number): value is string {
  return typeof value === "string" && value.length >= 1 && value.length <= maxLength;
}

/**
 * Whether `value` names a channel: 1–200 of `A–Z a–z 0–9 . _ : / @ + -`, no part empty, `.` or `..`.
 *
 * @example
 * isChannelName("project/42"); // true; "project//42" and "../42" are none
 */
export function isChannelName(value: unknown): value is string {
  return isStringOf(value, maxChannelNameLength) && CHANNEL.test(value);
}

/**
 * Whether `value` names a run: 1–128 of the channel's alphabet without `/`.
 *
 * @example
 * isRunId("run:42"); // true
 */
export function isRunId(value: unknown): value is string {
  return isStringOf(value, maxIdLength) && RUN_ID.test(value);
}

/**
 * Whether `value` is an epoch: 1–64 of `A–Z a–z 0–9 _ -`.
 *
 * @example
 * isEpoch("k3J_x-9"); // true
 */
export function isEpoch(value: unknown): value is string {
  return isStringOf(value, maxEpochLength) && EPOCH.test(value);
}

/**
 * Whether `value` can be a `messageId`, `toolCallId`, `name`, `key` or an agent's name: 1–128 code units, none a
 * control character.
 *
 * @example
 * isName("read file"); // true; "read\nfile" is none
 */
export function isName(value: unknown): value is string {
  return isStringOf(value, maxIdLength) && !CONTROL_CHARACTER.test(value);
}

/**
 * Whether `value` can be the `id` of a request, or a writer's name: 1–128 code units.
 *
 * @example
 * isRequestId("17"); // true; the number 17 is none
 */
export function isRequestId(value: unknown): value is string {
  return isStringOf(value, maxIdLength);
}
