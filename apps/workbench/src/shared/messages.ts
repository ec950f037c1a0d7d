/** What the parent hands its children, by environment variables. */
export const workerTokenVariable = "RUNWIRE_WORKER_TOKEN";
export const settingsVariable = "RUNWIRE_WORKBENCH_SETTINGS";
export const serverAddressVariable = "RUNWIRE_WORKBENCH_ADDRESS";

/** The server tells its parent where it listens. */
export interface Listening {
  readonly type: "listening";
  readonly port: number;
}

/** Whether `value` is {@link Listening}. */
export function isListening(value: unknown): value is Listening {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as Partial<Listening>).type === "listening" &&
    typeof (value as Partial<Listening>).port === "number"
  );
}

/** The variable's value. @throws Error when the process was not started by the parent */
export function fromParent(variable: string): string {
  const value = process.env[variable];
  if (value === undefined)
    throw new Error(`${variable} is not set; start the workbench with \`pnpm start\``);
  return value;
}
