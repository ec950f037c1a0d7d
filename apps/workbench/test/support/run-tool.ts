import type { Progress } from "@runwire/protocol";
import { runTool, type Tool } from "../../src/worker/tools/tool.ts";

/** Runs a tool in a folder, outside of any run; what it told on the way goes into `told`. */
export function runIn<Input, Output>(
  folder: string,
  tool: Tool<Input, Output>,
  input: Input,
  told: Progress[] = [],
  signal: AbortSignal = new AbortController().signal,
): Promise<Output> {
  return runTool(tool, input, { folder, signal, progress: (progress) => void told.push(progress) });
}
