import * as fc from "fast-check";

/** What a program does next in its run. */
export type Step =
  | {
      readonly type: "text";
      readonly kind: "think" | "say";
      readonly text: string;
      readonly isAwaited: boolean;
    }
  | { readonly type: "custom"; readonly key: string | undefined; readonly data: unknown }
  | {
      readonly type: "tool";
      readonly steps: readonly Step[];
      readonly ending: "returns" | "throws" | "hangs";
    }
  | { readonly type: "progress"; readonly fraction: number; readonly text: string }
  | { readonly type: "child"; readonly steps: readonly Step[] }
  | { readonly type: "pause" };

const anyText = fc.string({
  unit: fc.constantFrom("a", "é", "😀", "\ud83d", "\ude00", "\n", "\u0000"),
  maxLength: 12,
});

const { anyStep } = fc.letrec<{ anyStep: Step; anySteps: Step[] }>((tie) => ({
  anySteps: fc.array(tie("anyStep"), { maxLength: 5 }),
  anyStep: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({
      type: fc.constant("text" as const),
      kind: fc.constantFrom("think" as const, "say" as const),
      text: anyText,
      isAwaited: fc.boolean(),
    }),
    fc.record({
      type: fc.constant("custom" as const),
      key: fc.option(fc.constantFrom("k", "l"), { nil: undefined }),
      data: fc.anything({ withDate: true, withBigInt: true, withMap: true, maxDepth: 1 }),
    }),
    fc.record({ type: fc.constant("progress" as const), fraction: fc.double(), text: anyText }),
    fc.record({ type: fc.constant("pause" as const) }),
    fc.record({
      type: fc.constant("tool" as const),
      steps: tie("anySteps"),
      ending: fc.constantFrom("returns" as const, "throws" as const, "hangs" as const),
    }),
    fc.record({ type: fc.constant("child" as const), steps: tie("anySteps") }),
  ),
}));

/** Programs of up to twelve steps, and what is inside them. */
export const anyProgram: fc.Arbitrary<readonly Step[]> = fc.array(anyStep, { maxLength: 12 });
