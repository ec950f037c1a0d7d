import type { RunwireEvent } from "@runwire/protocol";
import { type EncodeOptions, encode } from "@runwire/serializer";
import { fitsBytes, utf8Length } from "./utf8.js";

/** What of an event is an application's value, and is written by the serializer. */
const valueNames = ["input", "output", "metadata", "data", "usage"] as const;
type ValueName = (typeof valueNames)[number];
type EventWithValues = { readonly type: string } & { readonly [Name in ValueName]?: unknown };

/** Room in an event for everything but its values and deltas: ids, names, a message of progress. */
const ENVELOPE_BYTES = 8 * 1024;
/** Bytes of the longest escape that JSON writes for one code unit. */
const LONGEST_ESCAPE = 6;

/** Writes events as JSON that a target takes. */
export interface EventEncoder {
  /** Code units of a delta that surely fit into one event, whatever they are. */
  readonly maxDeltaLength: number;
  /** The event as JSON text. Never throws for a value; what has no room is cut and marked `$truncated`. */
  encode(event: RunwireEvent): string;
}

/** How the values of a run are written. */
export type ValueOptions = Pick<EncodeOptions, "redact" | "names">;

/** An encoder for events of at most `maxEventBytes` bytes of UTF-8. */
export function createEventEncoder(
  maxEventBytes: number,
  options: ValueOptions = {},
): EventEncoder {
  const room = maxEventBytes - Math.min(ENVELOPE_BYTES, Math.floor(maxEventBytes / 2));
  // Made once: the serializer remembers what it resolved for this object.
  const usual = withMaxBytes(options, room);

  return { encode: encodeEvent, maxDeltaLength: Math.max(2, Math.floor(room / LONGEST_ESCAPE)) };

  function encodeEvent(event: RunwireEvent): string {
    const { input, output, metadata, data, usage, ...fields }: EventWithValues = event;
    const values = { input, output, metadata, data, usage };
    const names = valueNames.filter((name) => values[name] !== undefined);
    const head = JSON.stringify(fields);
    if (names.length === 0) return head;
    const texts = names.map((name) => encode(values[name], usual));
    const json = joinFields(head, names, texts);
    if (fitsBytes(json, maxEventBytes)) return json;
    // Two values that fit only alone: what is small stays whole, the rest shares what is left.
    const left =
      maxEventBytes -
      utf8Length(
        joinFields(
          head,
          names,
          names.map(() => ""),
        ),
      );
    return joinFields(
      head,
      names,
      fitTogether(
        names.map((name) => values[name]),
        texts,
        left,
      ),
    );
  }

  function fitTogether(
    values: readonly unknown[],
    texts: readonly string[],
    left: number,
  ): readonly string[] {
    const share = Math.floor(left / texts.length);
    const sizes = texts.map(utf8Length);
    const small = sizes.filter((size) => size <= share);
    const rest = left - small.reduce((sum, size) => sum + size, 0);
    const shareOfRest = Math.floor(rest / Math.max(1, texts.length - small.length));
    const cut = withMaxBytes(options, shareOfRest);
    return texts.map((text, index) =>
      (sizes[index] ?? 0) <= share ? text : encode(values[index], cut),
    );
  }
}

function withMaxBytes(options: ValueOptions, maxBytes: number): EncodeOptions {
  return { ...options, limits: { maxBytes, maxStringLength: maxBytes } };
}

function joinFields(head: string, names: readonly ValueName[], texts: readonly string[]): string {
  const members = names.map((name, index) => `,"${name}":${texts[index]}`);
  return `${head.slice(0, -1)}${members.join("")}}`;
}
