import * as z from "zod";
import { protocolLimits } from "../wire/limits.js";
import { clientMessageSchemas, positionSchema, publishSchema } from "./client-message-schemas.js";
import { eventSchemas, runwireEventSchema } from "./event-schemas.js";
import { loggedEventSchema } from "./logged-event-schemas.js";
import { serverMessageSchemas } from "./server-message-schemas.js";

/** For other languages the events of a publish stand in its schema; the server judges them one by one. */
const wholePublishSchema = publishSchema.extend({
  events: z.array(runwireEventSchema).min(1).max(protocolLimits.maxEventsPerPublish),
});

/** Every event and message as JSON Schema (draft 2020-12), by the name of its file. */
export function toJsonSchemas(): { readonly [fileName: string]: z.core.JSONSchema.BaseSchema } {
  const client = { ...clientMessageSchemas, publish: wholePublishSchema };
  return {
    ...toFiles("event-", eventSchemas),
    ...toFiles("client-", client),
    ...toFiles("server-", serverMessageSchemas),
    ...toFiles("", {
      position: positionSchema,
      event: runwireEventSchema,
      "logged-event": loggedEventSchema,
      "client-message": z.union(Object.values(client)),
      "server-message": z.union(Object.values(serverMessageSchemas)),
    }),
  };
}

function toFiles(prefix: string, schemas: { readonly [name: string]: z.ZodType }) {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const fileName = `${prefix}${name.replaceAll("_", "-")}`;
      return [`${fileName}.json`, toJsonSchema(fileName, schema)];
    }),
  );
}

/** As a receiver judges: unknown fields are allowed. */
function toJsonSchema(title: string, schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  const { $schema, ...json } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" });
  return { ...($schema !== undefined && { $schema }), title: `runwire ${title}`, ...json };
}
