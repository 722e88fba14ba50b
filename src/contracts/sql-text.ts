/** A column or table name as SQL: `delay` becomes `"delay"`. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string as an SQL literal. The text of a statement ends for the engine at NUL, so that one is made by a function. */
export function literal(text: string): string {
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? parts.join('') : `(${parts.join(' || chr(0) || ')})`;
}

/** A float32 value as SQL, exact to the bit. */
export function floatLiteral(value: number): string {
  return `'${String(value)}'::FLOAT`;
}

/** How texts become parts of a statement, for the functions of kinds that write SQL. */
export interface SqlQuote {
  /** Name of a column: `delay` becomes `"delay"`. */
  readonly name: (name: string) => string;
  /** A text as a literal. */
  readonly text: (text: string) => string;
  /** A finite number as a literal of float64, exact to the bit. */
  readonly number: (value: number) => string;
  /** A number as a literal of float32, exact to the bit when it is one. */
  readonly float: (value: number) => string;
}

export const sqlQuote: SqlQuote = Object.freeze({
  name: identifier,
  text: literal,
  number: (value: number) => `'${String(value)}'::DOUBLE`,
  float: floatLiteral,
});

const EXACT_DIGITS = 15;

/**
 * A value as an SQL literal. Numbers keep each bit: one with more digits than a decimal gives back exactly is written as a double. A negative one is in
 * brackets, so that no minus before it makes a comment.
 * @param value - a number is finite.
 */
export function valueLiteral(value: string | number | boolean): string {
  if (typeof value === 'string') return literal(value);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  const text = String(value);
  const digits = text.replace(/[-.]/g, '').replace(/^0+/, '');
  const exact = Number.isSafeInteger(value) || text.includes('e') || digits.length <= EXACT_DIGITS ? text : `'${text}'::DOUBLE`;
  return value < 0 ? `(${exact})` : exact;
}
