import type { Part } from "./channel-state.js";

/**
 * Where each part stands, so that a run of 10,000 parts is not searched for each delta. The index goes
 * over from a list to its successor; a list that lost it (an older state is folded again) gets a new one.
 */
const indexes = /* @__PURE__ */ new WeakMap<readonly Part[], Map<string, number>>();

/** The name of a message among a run's parts. */
export function messageKey(kind: string, messageId: string): string {
  return `${kind}:${messageId}`;
}

/** The name of a tool call among a run's parts. */
export function toolKey(toolCallId: string): string {
  return `:${toolCallId}`;
}

/** The name of a keyed `custom`; the length keeps `a`+`bc` apart from `ab`+`c`. */
export function customKey(name: string, key: string): string {
  return `${name.length}:${name}${key}`;
}

/** The index of `parts`, by the names above. */
export function indexOfParts(parts: readonly Part[]): Map<string, number> {
  let index = indexes.get(parts);
  if (!index) {
    index = new Map();
    for (const [place, part] of parts.entries()) {
      const key = keyOf(part);
      if (key !== undefined) index.set(key, place);
    }
    indexes.set(parts, index);
  }
  return index;
}

/** Gives the index of `from` to `to`, its copy. */
export function moveIndex(from: readonly Part[], to: readonly Part[]): void {
  if (from === to) return;
  indexes.set(to, indexOfParts(from));
  indexes.delete(from);
}

function keyOf(part: Part): string | undefined {
  if (part.type === "message") return messageKey(part.kind, part.messageId);
  if (part.type === "tool") return toolKey(part.toolCallId);
  return part.key === undefined ? undefined : customKey(part.name, part.key);
}
