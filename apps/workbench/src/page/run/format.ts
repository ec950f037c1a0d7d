const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What fits into so many characters stands in one line. */
const MAX_LINE_LENGTH = 60;

/** A length of time as people say it: `120 ms`, `4.2 s`, `3 min 05 s`, `2 h 04 min`. Never negative. */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms < 1000) return `${ms} ms`;
  if (ms < MINUTE_MS) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < HOUR_MS)
    return `${Math.floor(ms / MINUTE_MS)} min ${twoDigits((ms % MINUTE_MS) / 1000)} s`;
  return `${Math.floor(ms / HOUR_MS)} h ${twoDigits((ms % HOUR_MS) / MINUTE_MS)} min`;
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, "0");
}

/**
 * Any value that an event can carry, as readable text: what JSON has as indented JSON, the rest by its
 * own name (a date, `12n`, `Map(2) {…}`), a text of several lines as these lines, under a `|`. Cycles are
 * named, never followed.
 */
export function formatValue(value: unknown): string {
  return writeValue(value, "", new Set());
}

function writeValue(value: unknown, indent: string, above: ReadonlySet<object>): string {
  if (typeof value === "string") return writeText(value, indent);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return String(value);
  if (above.has(value)) return "↺ (seen above)";
  return writeObject(value, indent, new Set(above).add(value));
}

/** In several lines as it was written, so that a file that was read looks like the file. */
function writeText(text: string, indent: string): string {
  const lines = text.split("\n");
  if (lines.length === 1) return JSON.stringify(text);
  if (lines.at(-1) === "") lines.pop();
  return ["|", ...lines.map((line) => `${indent}  ${line}`)].join("\n");
}

function writeObject(value: object, indent: string, above: ReadonlySet<object>): string {
  const nested = (item: unknown) => writeValue(item, `${indent}  `, above);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "no date" : value.toISOString();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value.byteLength} bytes)`;
  if (value instanceof Map) {
    const rows = [...value].map(([key, item]) => `${nested(key)} → ${nested(item)}`);
    return writeRows(`Map(${value.size}) {`, rows, "}", indent);
  }
  if (value instanceof Set)
    return writeRows(`Set(${value.size}) {`, [...value].map(nested), "}", indent);
  if (Array.isArray(value)) return writeRows("[", value.map(nested), "]", indent);
  const fields = Object.entries(value).filter(([, item]) => item !== undefined);
  const rows = fields.map(([key, item]) => `${key}: ${nested(item)}`);
  return writeRows("{", rows, "}", indent);
}

function writeRows(open: string, rows: readonly string[], close: string, indent: string): string {
  if (rows.length === 0) return open + close;
  const line = `${open} ${rows.join(", ")} ${close}`;
  if (line.length <= MAX_LINE_LENGTH && !line.includes("\n")) return line;
  return `${open}\n${rows.map((row) => `${indent}  ${row}`).join("\n")}\n${indent}${close}`;
}
