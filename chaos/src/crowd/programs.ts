/** Thousands of bare clients, for `startChild`. */
export const driverProgram = new URL("driver-process.ts", import.meta.url);

/** Somebody who writes into channels. */
export const publisherProgram = new URL("publisher-process.ts", import.meta.url);
