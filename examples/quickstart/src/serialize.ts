// #region serializer
import { decode, encode } from "@runwire/serializer";

export const text = encode(
  { at: new Date(0), big: 2n ** 64n, seen: new Map([["a", 1]]), apiKey: "sk-123" },
  { redact: ["apiKey"] },
);
// {"at":{"$date":"1970-01-01T00:00:00.000Z"},"big":{"$bigint":"18446744073709551616"},…,"apiKey":"[redacted]"}

export const value = decode(text); // a Date, a BigInt and a Map again
// #endregion
