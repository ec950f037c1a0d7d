import { createRunwireClient } from "@runwire/client";
import { endWithParent, exitWith } from "../shared/fail.ts";
import { fromParent, serverAddressVariable, workerTokenVariable } from "../shared/messages.ts";
import { workOnQuestions } from "./work-on-questions.ts";

endWithParent();

try {
  const client = createRunwireClient({
    url: `ws://${fromParent(serverAddressVariable)}/runwire`,
    token: fromParent(workerTokenVariable),
  });
  let isStopping = false;
  const stop = workOnQuestions(client, (error) => {
    if (isStopping) return; // what was cut off by the close below
    process.stderr.write(`worker: ${error instanceof Error ? error.message : error}\n`);
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      isStopping = true;
      stop();
      // What is open stays open: the next worker takes it up.
      void client.close().finally(() => process.exit(0));
    });
} catch (error) {
  exitWith(error);
}
