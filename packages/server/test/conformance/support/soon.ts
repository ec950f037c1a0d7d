import { expect } from "vitest";

/** `expect` of what will hold soon, however busy the machine is. */
export function soon<Value>(read: () => Value) {
  return expect.poll(read, { timeout: 10_000, interval: 5 });
}
