/** A value that `JSON.stringify` writes without loss, made of our own objects only. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** An object of {@link Json}. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * Sets an own property. `__proto__` must be defined: assigned, it would become the prototype.
 */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") target[key] = value;
  else
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
}

const dollar = 36;

/** Whether a key begins with `$`, as only the keys of tags do. */
export function isTagKey(key: string): boolean {
  return key.charCodeAt(0) === dollar;
}
