// Searches for the mistake that RUNWIRE_PLANT names; the result is the one line on stdout.
import { search } from "./search.ts";
import { sourcePlants } from "./source-plants.ts";

const plant = sourcePlants[process.env.RUNWIRE_PLANT ?? ""];
const result = await search(Number(process.argv[2] ?? 200), plant?.shows);
process.stdout.write(`${JSON.stringify(result)}\n`);
