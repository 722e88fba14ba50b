/** An expression over the rows that are profiled. */
export interface ProfiledColumn<Of> {
  readonly sql: string;
  readonly of: Of;
}

/** Rows of `position` and `value`: what some columns have, in SQL of one type, one after the other. */
export function longRows(relation: string, expressions: readonly string[]): string {
  const [only] = expressions;
  if (expressions.length === 1 && only !== undefined) return `(SELECT 0 AS position, ${only} AS value FROM ${relation})`;
  const positions = expressions.map((_sql, position) => String(position));
  return `(SELECT unnest([${positions.join(', ')}]) AS position, unnest([${expressions.join(', ')}]) AS value FROM ${relation})`;
}
