import { checkCommands } from "./check-commands.ts";
import { checkDelivery } from "./check-delivery.ts";
import { checkIsolation } from "./check-isolation.ts";
import { checkLog } from "./check-log.ts";
import { checkOwners } from "./check-owners.ts";
import { checkTrims } from "./check-trims.ts";
import { checkWriters } from "./check-writers.ts";
import type { Anomaly, History } from "./history.ts";
import { recordLogs } from "./recorded-log.ts";

/** All that is wrong with a history, by the names that Jepsen's checkers of logs give it. */
export function checkHistory(history: History): readonly Anomaly[] {
  const logs = recordLogs(history);
  return [
    ...checkLog(history, logs),
    ...checkDelivery(history, logs),
    ...checkIsolation(history, logs),
    ...checkCommands(history),
    ...checkOwners(history),
    ...checkWriters(history),
    ...checkTrims(history),
  ];
}
