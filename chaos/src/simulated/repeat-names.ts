import { createRandom, toBytes } from "../application/random.ts";

/**
 * Does it with names that repeat. A client names its requests by the platform's chance, and no two of these names need
 * be equally long: how much a message weighs, and so whether a server holds back the next, was left to it.
 */
export async function repeatNames<Value>(seed: number, work: () => Promise<Value>): Promise<Value> {
  // A chance of its own: what else is drawn from the seed stays as it was.
  const draw = toBytes(createRandom(~seed));
  const before = crypto.getRandomValues;
  crypto.getRandomValues = (values) => {
    if (values) {
      const { buffer, byteOffset, byteLength } = values;
      new Uint8Array(buffer, byteOffset, byteLength).set(draw(byteLength));
    }
    return values;
  };
  try {
    return await work();
  } finally {
    crypto.getRandomValues = before;
  }
}
