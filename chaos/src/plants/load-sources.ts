// Lets a process of its own run this repository's sources, one of them with a mistake in it where RUNWIRE_PLANT
// names one: `node --conditions=@runwire/source --import ./chaos/src/plants/load-sources.ts …`
import { registerHooks } from "node:module";
import { type SourceChange, sourcePlants } from "./source-plants.ts";

const { changes = [] } = sourcePlants[process.env.RUNWIRE_PLANT ?? ""] ?? {};

registerHooks({
  // Sources import each other as the .js that is built from them.
  resolve(specifier, context, nextResolve) {
    const isSource = specifier.startsWith(".") && context.parentURL?.endsWith(".ts");
    return nextResolve(isSource ? specifier.replace(/\.js$/, ".ts") : specifier, context);
  },
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const own = changes.filter(({ file }) => url.endsWith(`/packages/${file}`));
    return own.length === 0
      ? loaded
      : { ...loaded, source: own.reduce(change, `${loaded.source}`) };
  },
});

function change(source: string, { file, text, instead }: SourceChange): string {
  if (source.split(text).length !== 2)
    throw new Error(`the plant no longer fits: “${text}” must stand in ${file} once`);
  return source.replace(text, () => instead);
}
