/** A run's name over all channels. Neither part can hold a line break. */
export function toRunKey(channel: string, runId: string): string {
  return `${channel}\n${runId}`;
}
