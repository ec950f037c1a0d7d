import { isTagKey } from "./json.js";
import type { Settings } from "./options.js";

/** What is left of the limits while a value is scanned. */
interface Budget {
  nodes: number;
  /** Characters of strings and keys; each takes at least one byte. */
  characters: number;
  readonly longestString: number;
  readonly suspects: Settings["suspects"];
}

/**
 * Whether `JSON.stringify` alone writes this value without loss and within the limits.
 *
 * Lets through strings, booleans, finite numbers but −0, null, and arrays and plain objects of them.
 * The depth limit ends cycles too. Allocates the budget and nothing else; measured at a fifth of the
 * time that `JSON.stringify` takes. Throws what a getter or Proxy throws.
 *
 * It cannot know a getter or Proxy that answers plainly here and otherwise to `JSON.stringify`: a
 * look at each property's descriptor costs more than the writing.
 */
export function isPlain(value: unknown, { limits, suspects, redactor }: Settings): boolean {
  if (inheritsToJson() || redactor?.reachesElements === true) return false;
  const budget: Budget = {
    nodes: limits.maxNodes,
    characters: limits.maxBytes,
    longestString: limits.maxStringLength,
    suspects,
  };
  return isPlainValue(value, limits.maxDepth, budget);
}

/** A page may have put `toJSON` on every object: then nothing is as it looks. */
function inheritsToJson(): boolean {
  return "toJSON" in Array.prototype;
}

const objectPrototype = Object.prototype;
const arrayPrototype = Array.prototype;

function isPlainContainer(value: object, levels: number, budget: Budget): boolean {
  if (levels === 0) return false;
  const prototype = Object.getPrototypeOf(value);
  // A null prototype, or the plain one: getters of classes never run.
  if (prototype === objectPrototype || prototype === null) {
    // An Array whose prototype was taken away is still an array to JSON.
    return !Array.isArray(value) && isPlainObject(value, levels - 1, budget);
  }
  return (
    prototype === arrayPrototype && Array.isArray(value) && isPlainArray(value, levels - 1, budget)
  );
}

function isPlainObject(value: object, levels: number, budget: Budget): boolean {
  const { suspects, longestString } = budget;
  for (const key in value) {
    if (isTagKey(key) || key.length > longestString || suspects?.(key) === true) return false;
    budget.characters -= key.length;
    // for…in gave the key: reading it is safe whatever type the object has.
    if (!isPlainValue((value as Record<string, unknown>)[key], levels, budget)) return false;
  }
  return budget.nodes >= 0 && budget.characters >= 0;
}

function isPlainArray(value: readonly unknown[], levels: number, budget: Budget): boolean {
  const { length } = value;
  if (length > budget.nodes) return false;
  for (let index = 0; index < length; index++) {
    if (!isPlainValue(value[index], levels, budget)) return false;
  }
  return budget.nodes >= 0 && budget.characters >= 0;
}

function isPlainValue(value: unknown, levels: number, budget: Budget): boolean {
  budget.nodes--;
  switch (typeof value) {
    case "string":
      budget.characters -= value.length;
      return value.length <= budget.longestString;
    case "number":
      return isPlainNumber(value);
    case "boolean":
      return true;
    case "object":
      return value === null || isPlainContainer(value, levels, budget);
    default:
      return false;
  }
}

/** Finite and not −0. */
function isPlainNumber(value: number): boolean {
  return value === 0 ? 1 / value > 0 : value - value === 0;
}
