import type { Progress } from "@runwire/protocol";
import { shorten, splitText } from "../encoding/split-text.js";
import { SurrogateGate } from "../encoding/surrogate-gate.js";

const MAX_MESSAGE_LENGTH = 500;
const OUTPUT = "output";

/** The output text of one tool call, and the progress around it, in pieces that may be sent. */
export class ToolOutput {
  readonly #gate = new SurrogateGate();
  readonly #maxDeltaLength: number;

  constructor(maxDeltaLength: number) {
    this.#maxDeltaLength = maxDeltaLength;
  }

  /** The progress in pieces that each fit into an event; none where there is nothing to tell. */
  add({ fraction, message, outputDelta = "" }: Progress): readonly Progress[] {
    const first: Progress = {
      ...(isNumber(fraction) && { fraction: Math.min(1, Math.max(0, fraction)) }),
      ...(message !== undefined && { message: shorten(message, MAX_MESSAGE_LENGTH) }),
    };
    const ready = outputDelta === "" ? "" : this.#gate.push(OUTPUT, outputDelta);
    if (ready === "") return Object.keys(first).length > 0 ? [first] : [];
    const [head, ...rest] = splitText(ready, this.#maxDeltaLength).map((delta) => ({
      outputDelta: delta,
    }));
    return [{ ...first, ...head }, ...rest];
  }

  /** What was held back of the output, now that nothing follows it. */
  end(): readonly Progress[] {
    const outputDelta = this.#gate.flush(OUTPUT);
    return outputDelta === "" ? [] : [{ outputDelta }];
  }
}

function isNumber(value: number | undefined): value is number {
  return typeof value === "number" && !Number.isNaN(value);
}
