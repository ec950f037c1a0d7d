import type { DatabaseSync, SQLInputValue } from "node:sqlite";

/** A prepared statement whose rows have a type. */
export interface Statement<Row> {
  get(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): readonly Row[];
  run(...values: SQLInputValue[]): { readonly changes: number | bigint };
}

/** Prepares `sql`, whose result columns are the members of `Row`. */
export function prepare<Row = never>(database: DatabaseSync, sql: string): Statement<Row> {
  // Known: the tables are STRICT, so a column has the type of the schema; `Row` names the columns of `sql`.
  return database.prepare(sql) as unknown as Statement<Row>;
}

/**
 * Prepares `sql` for many rows, as arrays of its columns: reading 1,000 events takes 0.26 ms instead of 0.69 ms
 * as objects. Node before 22.16 knows only objects, whose values stand in the order of the columns.
 */
export function prepareTuples<Row extends readonly unknown[]>(
  database: DatabaseSync,
  sql: string,
): (...values: SQLInputValue[]) => readonly Row[] {
  const statement = database.prepare(sql);
  // Known: as above; TypeScript has no type for a statement that was told to give arrays.
  if ("setReturnArrays" in statement) {
    statement.setReturnArrays(true);
    return (...values) => statement.all(...values) as unknown as readonly Row[];
  }
  const objects = database.prepare(sql);
  return (...values) => objects.all(...values).map((row) => Object.values(row) as unknown as Row);
}
