/** `target` with those of `fields` that `source` has; `target` itself when that changes nothing. */
export function withFields<Target extends object>(
  target: Target,
  source: { readonly [Field in keyof Target]?: unknown },
  fields: readonly (keyof Target)[],
): Target {
  let result = target;
  for (const field of fields) {
    if (!Object.hasOwn(source, field)) continue;
    if (Object.hasOwn(target, field) && Object.is(source[field], target[field])) continue;
    if (result === target) result = { ...target };
    // The event types and the part types give these fields the same type; see the callers.
    result[field] = source[field] as Target[keyof Target];
  }
  return result;
}
