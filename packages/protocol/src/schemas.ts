export * from "./schemas/client-message-schemas.js";
export { describeSchemaError } from "./schemas/describe-schema-error.js";
export * from "./schemas/event-schemas.js";
export * from "./schemas/logged-event-schemas.js";
export * from "./schemas/server-message-schemas.js";
