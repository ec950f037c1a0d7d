export * from "./event-store.js";
export { createMemoryStore, type MemoryStoreOptions } from "./memory/create-memory-store.js";
export type { StoreEnvironment } from "./rows/store-options.js";
