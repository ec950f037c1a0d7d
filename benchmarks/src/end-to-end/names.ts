/** The channel that the run is written to and the page follows. */
export const channelName = "benchmark:run";
