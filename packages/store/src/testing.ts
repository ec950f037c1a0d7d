export {
  type DescribeEventStoreOptions,
  describeEventStore,
} from "./testing/describe-event-store.js";
export type { CreateTestStorage, TestStorage } from "./testing/test-storage.js";
