import * as z from "zod";

interface LeafDefinition extends z.core.$ZodTypeDef {
  readonly accepts: (value: unknown) => boolean;
  readonly rule: string;
  readonly json: z.core.JSONSchema.BaseSchema;
}

/**
 * A schema of one value that one guard judges. Of its own class, because a check that is added to
 * `z.string()` costs as much again as the whole of such a leaf, and events have six of them.
 */
const Leaf = /* @__PURE__ */ z.core.$constructor(
  "RunwireLeaf",
  (leaf: z.ZodType, definition: LeafDefinition) => {
    z.ZodType.init(leaf, definition);
    leaf._zod.parse = (payload) => {
      if (!definition.accepts(payload.value))
        payload.issues.push(toIssue(leaf, definition, payload));
      return payload;
    };
    leaf._zod.processJSONSchema = (_context, json) => {
      Object.assign(json, definition.json);
    };
  },
);

function toIssue(
  inst: z.ZodType,
  { rule }: LeafDefinition,
  { value }: z.core.ParsePayload,
): z.core.$ZodRawIssue {
  return { code: "custom", input: value, inst, message: rule };
}

/**
 * Makes a schema of a guard.
 *
 * @param rule what the value must be, after “must”
 * @param json the same as JSON Schema, for other languages
 */
export function leaf<Value>(
  accepts: (value: unknown) => value is Value,
  rule: string,
  json: z.core.JSONSchema.BaseSchema,
): z.ZodType<Value> {
  // The guard says what passes.
  return new Leaf({ type: "custom", accepts, rule: `must ${rule}`, json }) as z.ZodType<Value>;
}

/**
 * A field that may be absent. JSON has no `undefined`, so the quick `optional` does what the type of
 * `exactOptional` says; that one parses an absent field in vain, at 0.3 µs each.
 */
export function optional<Schema extends z.ZodType>(schema: Schema): z.ZodExactOptional<Schema> {
  return schema.optional() as unknown as z.ZodExactOptional<Schema>;
}
