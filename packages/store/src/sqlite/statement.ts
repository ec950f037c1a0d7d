import type { DatabaseSync, SQLInputValue } from "node:sqlite";

/** A prepared statement whose rows have a type. */
export interface Statement<Row> {
  get(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): readonly Row[];
  iterate(...values: SQLInputValue[]): IterableIterator<Row>;
  run(...values: SQLInputValue[]): { readonly changes: number | bigint };
}

/** Prepares `sql`, whose result columns are the members of `Row`. */
export function prepare<Row = never>(database: DatabaseSync, sql: string): Statement<Row> {
  // Known: the tables are STRICT, so a column has the type of the schema; `Row` names the columns of `sql`.
  return database.prepare(sql) as unknown as Statement<Row>;
}
