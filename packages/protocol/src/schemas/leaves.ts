import { isDelta } from "../wire/delta.js";
import { protocolLimits } from "../wire/limits.js";
import { isChannelName, isEpoch, isName, isRequestId, isRunId } from "../wire/names.js";
import { utf8Length } from "../wire/utf8.js";
import { leaf } from "./leaf.js";

/** The single values of events and messages, each judged by the guard of the root entry. */

const { maxChannelNameLength, maxEpochLength, maxIdLength, maxReportDetailBytes } = protocolLimits;

export const channelName = leaf(isChannelName, "be a channel name", {
  type: "string",
  maxLength: maxChannelNameLength,
  // A part holds something other than a dot, or more than two of them.
  pattern:
    "^(?:\\.*[A-Za-z0-9_:@+-][A-Za-z0-9._:@+-]*|\\.{3,})(?:/(?:\\.*[A-Za-z0-9_:@+-][A-Za-z0-9._:@+-]*|\\.{3,}))*$",
});

export const runId = leaf(isRunId, "be 1 to 128 of A-Z a-z 0-9 . _ : @ + -", {
  type: "string",
  pattern: `^[A-Za-z0-9._:@+-]{1,${maxIdLength}}$`,
});

export const epoch = leaf(isEpoch, "be 1 to 64 of A-Z a-z 0-9 _ -", {
  type: "string",
  pattern: `^[A-Za-z0-9_-]{1,${maxEpochLength}}$`,
});

export const name = leaf(isName, "be 1 to 128 characters, none of them a control character", {
  type: "string",
  pattern: `^[^\\u0000-\\u001f\\u007f]{1,${maxIdLength}}$`,
});

export const requestId = leaf(isRequestId, "be 1 to 128 characters", {
  type: "string",
  minLength: 1,
  maxLength: maxIdLength,
});

export const delta = leaf(isDelta, "be text that neither begins nor ends inside a surrogate pair", {
  type: "string",
  description: "Neither begins nor ends inside a surrogate pair.",
});

export const reportDetail = leaf(
  (value): value is string =>
    typeof value === "string" && utf8Length(value) <= maxReportDetailBytes,
  `be text of at most ${maxReportDetailBytes} bytes`,
  { type: "string", maxLength: maxReportDetailBytes },
);

export const fraction = leaf(
  (value): value is number => typeof value === "number" && value >= 0 && value <= 1,
  "be a number from 0 to 1",
  { type: "number", minimum: 0, maximum: 1 },
);

/** An integer from `minimum` to `maximum`. */
export function integer(minimum: number, maximum: number) {
  return leaf(
    (value): value is number =>
      Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum,
    `be an integer from ${minimum} to ${maximum}`,
    { type: "integer", minimum, maximum },
  );
}

export const time = leaf(
  (value): value is number => Number.isSafeInteger(value),
  "be an integer, milliseconds since 1970-01-01T00:00Z",
  { type: "integer", description: "Milliseconds since 1970-01-01T00:00Z." },
);

/** An offset that may also stand before the first event. */
export const offset = integer(0, Number.MAX_SAFE_INTEGER);

/** The offset of an event. */
export const eventOffset = integer(1, Number.MAX_SAFE_INTEGER);
