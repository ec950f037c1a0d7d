// Writes json-schema/*.json from the zod schemas: `node packages/protocol/scripts/write-json-schemas.mjs`.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";

// The sources name each other as they are named once built.
registerHooks({
  resolve(specifier, context, nextResolve) {
    const isSource = specifier.startsWith(".") && context.parentURL?.endsWith(".ts");
    return nextResolve(isSource ? specifier.replace(/\.js$/, ".ts") : specifier, context);
  },
});

const { toJsonSchemas } = await import("../src/schemas/json-schemas.ts");
const folder = new URL("../json-schema/", import.meta.url);
const schemas = toJsonSchemas();

mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) if (!(file in schemas)) rmSync(new URL(file, folder));
for (const [file, schema] of Object.entries(schemas))
  writeFileSync(new URL(file, folder), `${JSON.stringify(schema, null, 2)}\n`);
console.log(`wrote ${Object.keys(schemas).length} schemas to ${folder.pathname}`);
