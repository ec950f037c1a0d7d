import { type Anomaly, entriesOf, type History } from "./history.ts";

/** Whether each command had at most one effect, and those that were answered had it. */
export function checkCommands(history: History): readonly Anomaly[] {
  const effects = new Map<string, number>();
  for (const { id } of entriesOf(history, "effect")) effects.set(id, (effects.get(id) ?? 0) + 1);
  const repeated = [...effects]
    .filter(([, count]) => count > 1)
    .map(([id, count]) => ({ name: "repeated-effect", detail: `${id}, ${count} times` }) as const);
  const lost = entriesOf(history, "commanded")
    .filter(({ id }) => !effects.has(id))
    .map(({ id }) => ({ name: "lost-effect", detail: `${id} was answered` }) as const);
  return [...repeated, ...lost];
}
