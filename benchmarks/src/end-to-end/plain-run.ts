import type { RunwireEvent } from "@runwire/protocol";
import type { ScriptWriter } from "./play-script.ts";

/** Writes the same events without runwire: each at once, as one JSON text of its own. */
export function createPlainRun(runId: string, send: (json: string) => void): ScriptWriter {
  let messages = 0;
  let calls = 0;
  const write = (event: RunwireEvent) => send(JSON.stringify(event));
  const common = () => ({ runId, time: Date.now() });
  const text = (kind: "reasoning" | "output") => async (delta: string) =>
    write({ type: "agent_thinking", ...common(), messageId: `m${messages}`, kind, delta });

  write({ type: "agent_started", ...common(), agent: { name: "benchmark" } });
  return {
    think: text("reasoning"),
    say: text("output"),
    async tool(name, input, fn) {
      const call = { toolCallId: `t${++calls}`, name, status: "running" } as const;
      messages++;
      write({ type: "tool_executing", ...common(), ...call, input });
      const output = await fn(input, {
        toolCallId: call.toolCallId,
        signal: new AbortController().signal,
        progress: async (progress) =>
          write({ type: "tool_executing", ...common(), ...call, progress }),
        startRun: notScripted,
        awaitApproval: notScripted,
      });
      const { toolCallId } = call;
      write({ type: "tool_completed", ...common(), toolCallId, outcome: "success", output });
      return output;
    },
    complete: async (options) =>
      write({ type: "agent_completed", ...common(), outcome: "success", ...options }),
  };
}

function notScripted(): never {
  throw new Error("the script starts no runs and asks nobody");
}
