import type { Settings } from "./options.js";
import type { Walk } from "./walk-context.js";

/** What is left of the limits while a value is scanned. */
interface Budget {
  nodes: number;
  /** Characters of strings and keys; each takes at least one byte. */
  characters: number;
  readonly longestString: number;
  readonly suspects: ((key: string) => boolean) | undefined;
}

/**
 * Whether `JSON.stringify` alone writes this value without loss and within the limits, but for keys
 * that look like tags: those {@link mayHoldTagKey} finds in the text, at a tenth of the price.
 *
 * Lets through strings, booleans, finite numbers but −0, null, and arrays and plain objects of them.
 * The depth limit ends cycles too. Allocates the budget and nothing else; measured at a fifth of the
 * time that `JSON.stringify` takes. Throws what a getter or Proxy throws.
 *
 * It cannot know a getter or Proxy that answers plainly here and otherwise to `JSON.stringify`: a
 * look at each property's descriptor costs more than the writing.
 */
export function isPlain(value: object, { limits, suspects, redactor }: Settings): boolean {
  if (inheritsToJson() || redactor?.reachesElements === true) return false;
  return isPlainContainer(value, limits.maxDepth, {
    nodes: limits.maxNodes - 1,
    characters: limits.maxBytes,
    longestString: limits.maxStringLength,
    suspects,
  });
}

/** Whether a JSON text holds a key that begins with `$`, or an element that does. */
export function mayHoldTagKey(json: string): boolean {
  // Within a string, a quote has its backslash before it: these two only stand where one begins.
  return json.includes("$") && (json.includes('{"$') || json.includes(',"$'));
}

/** Scanning again for each container inside may cost no more than this. */
const fewNodes = 64;

/**
 * The same for a value inside one that is not plain, where it is small: then it needs no copy.
 * The walk's own limits count on.
 */
export function isSmallAndPlain(walk: Walk, value: object, place: number): boolean {
  const { limits, suspectsInside } = walk.settings;
  const nodes = Math.min(walk.nodesLeft, fewNodes);
  const budget: Budget = {
    nodes,
    characters: limits.maxBytes,
    longestString: limits.maxStringLength,
    suspects: suspectsInside,
  };
  if (!isPlainUnlessItThrows(value, limits.maxDepth - place, budget)) return false;
  walk.nodesLeft -= nodes - budget.nodes;
  walk.characters += limits.maxBytes - budget.characters;
  return true;
}

/** What throws is not plain: the walk then says which member it was. */
function isPlainUnlessItThrows(value: object, levels: number, budget: Budget): boolean {
  try {
    return isPlainContainer(value, levels, budget);
  } catch {
    return false;
  }
}

/** A page may have put `toJSON` on every object: then nothing is as it looks. */
export function inheritsToJson(): boolean {
  return "toJSON" in Array.prototype;
}

const objectPrototype = Object.prototype;
const arrayPrototype = Array.prototype;

/** A class is not plain; an Array whose prototype was taken away is still an array to JSON. */
function isPlainContainer(value: object, levels: number, budget: Budget): boolean {
  if (levels === 0) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === objectPrototype) {
    return !Array.isArray(value) && isPlainObject(value, levels - 1, budget);
  }
  if (prototype === arrayPrototype) {
    return Array.isArray(value) && isPlainArray(value, levels - 1, budget);
  }
  return prototype === null && !Array.isArray(value) && isPlainRecord(value, levels - 1, budget);
}

function isPlainObject(value: object, levels: number, budget: Budget): boolean {
  const { suspects, longestString } = budget;
  let nodes = 0;
  let characters = 0;
  for (const key in value) {
    if (key.length > longestString || suspects?.(key) === true) return false;
    // for…in gave the key: reading it is safe whatever type the object has.
    const member = (value as Record<string, unknown>)[key];
    nodes++;
    characters += key.length;
    if (typeof member === "string") {
      if (member.length > longestString) return false;
      characters += member.length;
    } else if (!isPlainOther(member, levels, budget)) return false;
  }
  return hasSpent(budget, nodes, characters);
}

/**
 * The same for objects without prototype. Engines keep those as hash tables; the loop of
 * {@link isPlainObject}, once it had met one, was slower for all objects ever after: 0.31 instead of
 * 0.76 of the speed of `JSON.stringify`.
 */
function isPlainRecord(value: object, levels: number, budget: Budget): boolean {
  return isPlainObject({ ...value }, levels, budget);
}

function isPlainArray(value: readonly unknown[], levels: number, budget: Budget): boolean {
  const { length } = value;
  if (length > budget.nodes) return false;
  let characters = 0;
  for (let index = 0; index < length; index++) {
    const element = value[index];
    if (typeof element === "string") {
      if (element.length > budget.longestString) return false;
      characters += element.length;
    } else if (!isPlainOther(element, levels, budget)) return false;
  }
  return hasSpent(budget, length, characters);
}

/** Counts what one container holds; `false` when that was too much. */
function hasSpent(budget: Budget, nodes: number, characters: number): boolean {
  budget.nodes -= nodes;
  budget.characters -= characters;
  return budget.nodes >= 0 && budget.characters >= 0;
}

function isPlainOther(value: unknown, levels: number, budget: Budget): boolean {
  switch (typeof value) {
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
